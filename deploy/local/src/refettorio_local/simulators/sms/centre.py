"""The message centre: takes submissions, fills phones, owes receipts to the account that asked."""

import asyncio
import itertools
from dataclasses import dataclass
from typing import Protocol

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.faults import Faults
from refettorio_local.simulators.sms.alphabet import ENCODINGS, decoded
from refettorio_local.simulators.sms.pdu import Status, Submission
from refettorio_local.simulators.sms.phones import Phones, Sms
from refettorio_local.simulators.sms.receipts import Owed, Receipt, is_reachable, receipt_for
from refettorio_local.simulators.sms.segments import Assembly
from refettorio_local.simulators.sms.settings import Settings

FIRST_MESSAGE_ID = 0x7AEF82EC  # with letters among its digits: hexadecimal and decimal are told apart
REFUSALS = {"temporary": Status.QUEUE_FULL, "permanent": Status.SUBMIT_FAILED}


class DroppedError(Exception):
    """The connection is to be cut without an answer."""


class Listener(Protocol):
    """A session as the centre sees it."""

    @property
    def takes_receipts(self) -> bool: ...

    async def deliver(self, receipt: Receipt) -> None:
        """Send a receipt."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that got an id, in hexadecimal."""

    message_id: str
    receipt: Receipt | None


class Centre:
    """Everything that outlives a session."""

    def __init__(self, settings: Settings, phones: Phones, faults: Faults, clock: Clock) -> None:
        self.settings = settings
        self._phones = phones
        self._faults = faults
        self._clock = clock
        self._ids = itertools.count(FIRST_MESSAGE_ID)
        self._assembly = Assembly()
        self._owed = Owed()
        self._sessions: list[Listener] = []
        self._deliveries: set[asyncio.Task[None]] = set()

    def accept(self, submission: Submission) -> Accepted | Status:
        """An id for the message, or the status of a refusal that was asked for.

        Raises DroppedError, UnreadableTextError, MalformedPduError.
        """
        mode = self._faults.strike()
        if mode == "drop":
            raise DroppedError
        if mode in REFUSALS:
            return REFUSALS[mode]
        message_id, now = f"{next(self._ids):08x}", self._clock.now()
        whole = self._assembly.add(submission, message_id)
        if whole is not None:
            text = decoded(whole.octets, submission.data_coding)
            if is_reachable(submission.destination):
                self._phones.receive(
                    Sms(
                        sender=submission.source,
                        to=submission.destination,
                        text=text,
                        at=now,
                        encoding=ENCODINGS[submission.data_coding],
                        message_ids=whole.message_ids,
                    )
                )
        return Accepted(message_id, receipt_for(submission, message_id, now))

    async def bound(self, session: Listener) -> None:
        """A session is ready: it gets what is owed."""
        self._sessions.append(session)
        if session.takes_receipts:
            for receipt in self._owed.take_all():
                await session.deliver(receipt)

    def left(self, session: Listener, unacknowledged: list[Receipt]) -> None:
        """A session is over: its unacknowledged receipts are owed again."""
        if session in self._sessions:
            self._sessions.remove(session)
        for receipt in unacknowledged:
            self._owed.keep(receipt)

    def deliver_soon(self, receipt: Receipt) -> None:
        """Send a receipt after the usual delay."""
        delivery = asyncio.create_task(self._deliver(receipt))
        self._deliveries.add(delivery)
        delivery.add_done_callback(self._deliveries.discard)

    async def stop(self) -> None:
        """Drop the receipts that are under way."""
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _deliver(self, receipt: Receipt) -> None:
        await asyncio.sleep(self.settings.receipt_seconds)
        taker = next((session for session in self._sessions if session.takes_receipts), None)
        if taker is None:
            self._owed.keep(receipt)
        else:
            await taker.deliver(receipt)
