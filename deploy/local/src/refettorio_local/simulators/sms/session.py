"""One SMPP session: bind, submissions, receipts, unbind (SMPP 3.4 §2)."""

import asyncio
import hmac
import itertools
import re
from contextlib import suppress

from refettorio_local.simulators.sms.alphabet import UnreadableTextError
from refettorio_local.simulators.sms.centre import Centre, DroppedError
from refettorio_local.simulators.sms.pdu import (
    INTERFACE_VERSION,
    RESPONSE_BIT,
    Command,
    MalformedPduError,
    Pdu,
    Status,
    read_bind,
    read_pdu,
    read_submission,
)
from refettorio_local.simulators.sms.receipts import Receipt

BINDS = (Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER)
SENDERS = (Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER)
RECEIVERS = (Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER)
NUMBER = re.compile(r"\+?\d{6,15}")
# A session that says nothing for so long is gone: clients enquire every minute at most.
IDLE_SECONDS = 300.0
BIND_BODY = b"SIMULATORE\0" + INTERFACE_VERSION.to_bytes(2) + b"\x00\x01\x34"


class Session:
    """A connection to the centre; `serve` returns when it is over."""

    def __init__(self, centre: Centre, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._centre = centre
        self._reader = reader
        self._writer = writer
        self._bound: int | None = None
        self._sequence = itertools.count(1)
        self._unacknowledged: dict[int, Receipt] = {}

    @property
    def takes_receipts(self) -> bool:
        return self._bound in RECEIVERS

    async def serve(self) -> None:
        """Answer until the peer unbinds, hangs up or talks nonsense."""
        with suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError, DroppedError):
            try:
                while True:
                    async with asyncio.timeout(IDLE_SECONDS):
                        unit = await read_pdu(self._reader)
                    await self._answer(unit)
                    if unit.command == Command.UNBIND:
                        return
            except MalformedPduError:
                await self._send(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND_LENGTH, 0))

    def close(self) -> list[Receipt]:
        """Hang up; returns the receipts that were never acknowledged."""
        self._bound = None
        self._writer.close()
        return list(self._unacknowledged.values())

    async def deliver(self, receipt: Receipt) -> None:
        """Send a receipt; it stays owed until the peer acknowledges it."""
        sequence = next(self._sequence)
        self._unacknowledged[sequence] = receipt
        with suppress(ConnectionError):  # the end of the session gives it back
            await self._send(Pdu(Command.DELIVER_SM, Status.OK, sequence, receipt.body))

    async def _answer(self, unit: Pdu) -> None:
        if unit.command & RESPONSE_BIT:
            self._unacknowledged.pop(unit.sequence, None)
            return
        match unit.command:
            case Command.BIND_RECEIVER | Command.BIND_TRANSMITTER | Command.BIND_TRANSCEIVER:
                await self._bind(unit)
            case Command.SUBMIT_SM:
                await self._submit(unit)
            case Command.ENQUIRE_LINK | Command.UNBIND:
                await self._respond(unit, Status.OK)
            case _:
                await self._send(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND, unit.sequence))

    async def _bind(self, unit: Pdu) -> None:
        status = self._bind_status(unit)
        # A refusal has no body (SMPP 3.4 §4.1.2).
        await self._respond(unit, status, BIND_BODY if status == Status.OK else b"")
        if status == Status.OK:
            self._bound = unit.command
            await self._centre.bound(self)

    def _bind_status(self, unit: Pdu) -> Status:
        if self._bound is not None:
            return Status.ALREADY_BOUND
        system_id, password = read_bind(unit.body)
        settings = self._centre.settings
        if not hmac.compare_digest(system_id.encode(), settings.system_id.encode()):
            return Status.INVALID_SYSTEM_ID
        if not hmac.compare_digest(password.encode(), settings.password.encode()):
            return Status.INVALID_PASSWORD
        return Status.OK

    async def _submit(self, unit: Pdu) -> None:
        if self._bound not in SENDERS:
            await self._respond(unit, Status.WRONG_BIND_STATE)
            return
        submission = read_submission(unit.body)
        if not NUMBER.fullmatch(submission.destination):
            await self._respond(unit, Status.INVALID_DESTINATION)
            return
        try:
            accepted = self._centre.accept(submission)
        except (UnreadableTextError, MalformedPduError):
            await self._respond(unit, Status.SUBMIT_FAILED)
            return
        if isinstance(accepted, Status):
            await self._respond(unit, accepted)
            return
        await self._respond(unit, Status.OK, accepted.message_id.encode() + b"\0")
        if accepted.receipt is not None:
            self._centre.deliver_soon(accepted.receipt)

    async def _respond(self, unit: Pdu, status: Status, body: bytes = b"") -> None:
        await self._send(Pdu(unit.command | RESPONSE_BIT, status, unit.sequence, body))

    async def _send(self, unit: Pdu) -> None:
        self._writer.write(unit.octets())
        await self._writer.drain()
