"""What an SMPP session hears: answers to what was submitted, the answer to its bind, receipts.

Answers are read from the raw bytes, because the library misreads some and drops others.
"""

# ruff: noqa: ARG002 - the library calls with more than is needed

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from aiosmpplib import AbstractHook, SmppCommand, SmppCommandStatus, SubmitSm

from notify.outbound.smpp_receipt import Receipt, receipt_in

HEADER: Final = struct.Struct("!IIII")

log = structlog.get_logger(__name__)


class SmscUnavailableError(Exception):
    """No link, no bind, or no answer in time: whether the message was taken is not known."""


class SubmitRefusedError(Exception):
    """The SMS centre said no, with a status of SMPP 3.4 table 5-2."""

    def __init__(self, status: int) -> None:
        super().__init__(status_name(status))
        self.status = status


OnReceipt = Callable[[Receipt], Awaitable[None]]


def status_name(status: int) -> str:
    """`ESME_RINVDSTADR`, or the number of one that is the vendor's own."""
    return SmppCommandStatus(status).name if status in set(SmppCommandStatus) else f"0x{status:08x}"


class Ears(AbstractHook):  # type: ignore[misc]  # aiosmpplib is untyped
    """Hears every answer, and gives it to whoever waits for it."""

    def __init__(self, on_receipt: OnReceipt) -> None:
        self._on_receipt = on_receipt
        self._awaited: dict[str, asyncio.Future[str]] = {}
        self._tickets_by_sequence: dict[int, str] = {}
        self.bind_refusal: str | None = None

    def expect(self, ticket: str) -> asyncio.Future[str]:
        return self._awaited.setdefault(ticket, asyncio.get_running_loop().create_future())

    def is_awaited(self, ticket: str) -> bool:
        return ticket in self._awaited and not self._awaited[ticket].done()

    def forget(self, ticket: str) -> None:
        self._awaited.pop(ticket, None)
        self._tickets_by_sequence = {seq: kept for seq, kept in self._tickets_by_sequence.items() if kept != ticket}

    async def sending(self, smpp_message: Any, pdu: bytes, client_id: str) -> None:
        if isinstance(smpp_message, SubmitSm):
            self._tickets_by_sequence[smpp_message.sequence_num] = smpp_message.log_id

    async def received(self, smpp_message: Any, pdu: bytes, client_id: str) -> None:
        _, command, status, sequence = HEADER.unpack_from(pdu)
        if command == SmppCommand.BIND_TRANSCEIVER_RESP:
            self._hear_bind(status)
        elif command == SmppCommand.DELIVER_SM:
            receipt = receipt_in(pdu)
            if receipt is not None:
                await self._on_receipt(receipt)
        elif command in {SmppCommand.SUBMIT_SM_RESP, SmppCommand.GENERIC_NACK}:
            self._hear_answer(sequence, status, pdu)

    async def send_error(self, smpp_message: Any, error: Exception, client_id: str) -> None:
        waiting = self._awaited.get(getattr(smpp_message, "log_id", ""))
        if waiting and not waiting.done():
            waiting.set_exception(SmscUnavailableError(type(error).__name__))

    def _hear_bind(self, status: int) -> None:
        """A new bind also means that what was asked on the old link will not be answered."""
        self.bind_refusal = f"bind-{status_name(status)}" if status else None
        if status:
            log.error("the SMS centre refuses us", status=status_name(status))
        for ticket in self._tickets_by_sequence.values():
            waiting = self._awaited.get(ticket)
            if waiting and not waiting.done():
                waiting.set_exception(SmscUnavailableError("link-lost"))
        self._tickets_by_sequence = {}

    def _hear_answer(self, sequence: int, status: int, pdu: bytes) -> None:
        waiting = self._awaited.get(self._tickets_by_sequence.pop(sequence, ""))
        if waiting is None or waiting.done():
            return
        if status:
            waiting.set_exception(SubmitRefusedError(status))
        else:
            waiting.set_result(pdu[HEADER.size :].split(b"\0", 1)[0].decode("ascii", errors="replace"))
