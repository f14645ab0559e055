"""An SMPP 3.4 session that can be relied upon, around the one of `aiosmpplib`.

What the library does that this module does not let through, each seen in its source or on the wire:

* it logs whole messages, number and text: it is given no logger;
* it queues without limit while the link is down and sends later what was given up meanwhile: here a message whose
  sender no longer waits is dropped from the queue, and nothing is queued while the link is down;
* its reference numbers for long messages come round after 256 and then answer for old ones, and its memory of them
  is never emptied: segments are cut and correlated here, by sequence number;
* a refused bind with an empty body looks like a broken line: the status is read from the raw answer;
* a receipt with a letter in `err:` ends its receiver, for ever: receipts are read here;
* it forgets its old connections without closing them: they are closed here;
* optional parameters end up glued to the message id: it ends at its NUL.
"""

# ruff: noqa: ARG002 - the library calls with more than is needed

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiosmpplib import (
    ESME,
    NPI,
    TON,
    AbstractBroker,
    AbstractCorrelator,
    AbstractThrottleHandler,
    EnquireLink,
    PhoneNumber,
    SmppCommand,
    SmppSessionState,
    SubmitSm,
)

from notify.outbound.gsm7 import UDHI, Segment
from notify.outbound.smpp_ears import Ears, OnReceipt, SmscUnavailableError

ANSWER_SECONDS: Final = 10.0
LINK_SECONDS: Final = 5.0
STOP_SECONDS: Final = 3.0
ENQUIRE_SECONDS: Final = 30.0
UCS2: Final = "ucs2"
WANT_RECEIPT: Final = 1

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smsc:
    """Where to bind. `password` is at most 8 characters by the protocol."""

    host: str
    port: int
    system_id: str
    password: str


class SmppSession:
    """One transceiver bind, kept alive; messages are submitted one by one and answered by name or by refusal."""

    def __init__(self, smsc: Smsc, on_receipt: OnReceipt) -> None:
        self._smsc = smsc
        self._ears = Ears(on_receipt)
        self._queue = _Queue(self._ears.is_awaited)
        self._esme: _Link | None = None
        self._running: asyncio.Task[None] | None = None
        self._tickets = itertools.count(1)

    async def submit(self, segment: Segment, *, text: str, source: PhoneNumber, destination: str) -> str:
        """Submit one segment; returns the message id. `destination` is E.164 without `+`.

        Raises SmscUnavailableError and SubmitRefusedError.
        """
        await self._bound()
        ticket = str(next(self._tickets))
        message = SubmitSm(
            short_message=text,
            source=source,
            destination=PhoneNumber(destination, TON.INTERNATIONAL, NPI.ISDN),
            esm_class=UDHI if segment.is_joined else 0,
            registered_delivery=WANT_RECEIPT,
            encoding=UCS2 if segment.is_ucs2 else None,
            log_id=ticket,
        )
        message.set_encoded_message(segment.payload)
        answer = self._ears.expect(ticket)
        await self._queue.enqueue(message)
        try:
            return await asyncio.wait_for(answer, ANSWER_SECONDS)
        except TimeoutError:
            raise SmscUnavailableError("no-answer") from None
        finally:
            self._ears.forget(ticket)

    def start(self) -> None:
        """Begin to bind, without waiting: receipts come in on this session too."""
        self._keep_running()

    async def close(self) -> None:
        """Unbind and hang up."""
        if self._esme is None or self._running is None:
            return
        try:
            await asyncio.wait_for(self._esme.stop(), STOP_SECONDS)
        except TimeoutError:
            log.info("the SMS centre did not hang up in time")
        self._running.cancel()
        await asyncio.wait({self._running})
        self._esme.hang_up()

    async def _bound(self) -> None:
        """Start, or start again, and wait a little for the bind."""
        deadline = asyncio.get_running_loop().time() + LINK_SECONDS
        while not self.is_bound():
            self._keep_running()
            if asyncio.get_running_loop().time() > deadline:
                raise SmscUnavailableError(self._ears.bind_refusal or "no-link")
            await asyncio.sleep(0.05)

    def is_bound(self) -> bool:
        """Whether messages can leave now."""
        return self._esme is not None and self._esme.session_state == SmppSessionState.BOUND_TRX

    def _keep_running(self) -> None:
        if self._running is not None and not self._running.done():
            return
        if self._running is not None and not self._running.cancelled() and self._running.exception():
            log.warning("SMPP session ended and is made anew", fault=type(self._running.exception()).__name__)
        self._esme = _Link(
            smsc_host=self._smsc.host,
            smsc_port=self._smsc.port,
            system_id=self._smsc.system_id,
            password=self._smsc.password,
            enquire_link_interval=ENQUIRE_SECONDS,
            log_level=logging.CRITICAL,
            log_handler=logging.NullHandler(),
            hook=self._ears,
            broker=self._queue,
            correlator=_NoMemory(),
            throttle_handler=_NeverThrottled(),
        )
        self._running = asyncio.create_task(self._esme.start(), name="smpp")


class _Link(ESME):  # type: ignore[misc]  # aiosmpplib is untyped
    """The library's session, which leaves receipts to us and hangs up its old lines."""

    async def connect(self) -> None:
        self.hang_up()
        await super().connect()

    async def _disconnect(self) -> None:
        writer = self._writer
        await super()._disconnect()  # says goodbye, and forgets the line without closing it
        _close(writer)

    def hang_up(self) -> None:
        """Close the line, if there is one."""
        _close(self._writer)

    async def _handle_request(self, pdu: bytes, header: Any) -> Any:
        if header.smpp_command == SmppCommand.DELIVER_SM:
            return EnquireLink(header.sequence_num)  # any message does: the answer is chosen by the header
        return await super()._handle_request(pdu, header)


def _close(writer: asyncio.StreamWriter | None) -> None:
    if writer is not None:
        writer.close()


class _Queue(AbstractBroker):  # type: ignore[misc]  # aiosmpplib is untyped
    """Messages on their way to the link; those nobody waits for any more are let fall."""

    def __init__(self, is_awaited: Callable[[str], bool]) -> None:
        self._is_awaited = is_awaited
        self._messages: asyncio.Queue[Any] = asyncio.Queue()

    async def enqueue(self, message: Any) -> None:
        await self._messages.put(message)

    async def dequeue(self) -> Any:
        while True:
            message = await self._messages.get()
            if self._is_awaited(message.log_id):
                return message


class _NeverThrottled(AbstractThrottleHandler):  # type: ignore[misc]  # aiosmpplib is untyped
    """A throttled message is put off by our own plan, not held back inside the library."""

    async def throttled(self) -> None: ...

    async def not_throttled(self) -> None: ...

    async def allow_request(self) -> bool:
        return True

    async def throttle_delay(self) -> float:
        return 0.0


class _NoMemory(AbstractCorrelator):  # type: ignore[misc]  # aiosmpplib is untyped
    """Remembers nothing: answers are matched in `Ears`, receipts in the database."""

    def get_cumulated_status(self, ref_num: int) -> int:
        return 0

    async def expired(self, smpp_message: Any) -> None: ...

    async def put(self, smpp_message: Any) -> None: ...

    async def put_delivery(self, smsc_message_id: str, submit_sm: Any) -> None: ...

    async def put_delivery_segmented(self, deliver_sm: Any) -> Any:
        return deliver_sm

    async def get(self, response: Any) -> Any:
        return None

    async def get_segmented(self, smpp_seq_num: int, *, remove: bool = False) -> tuple[None, int]:
        return None, 0

    async def get_delivery(self, receipt: Any) -> Any:
        return None
