"""An SMS centre that does as a test says: SMPP 3.4 by hand, so that it can also be rude."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HEADER = struct.Struct("!IIII")
RESPONSE = 0x80000000
GENERIC_NACK, SUBMIT_SM, DELIVER_SM, UNBIND, BIND_TRANSCEIVER, ENQUIRE_LINK = 0x80000000, 4, 5, 6, 9, 0x15


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """One submit_sm."""

    source: str
    destination: str
    esm_class: int
    data_coding: int
    payload: bytes


@dataclass
class Smsc:
    """`statuses` are given to the next submits, then all is well; `statuses_for` likewise, by number.

    As many submits as `stays_silent` get no answer; as many as `hangs_up_on_submit` end the line.
    """

    port: int = 0
    bind_status: int = 0
    statuses: list[int] = field(default_factory=list)
    statuses_for: dict[str, list[int]] = field(default_factory=dict)
    stays_silent: int = 0
    hangs_up_on_submit: int = 0
    glue: bytes = b""
    submitted: list[Submitted] = field(default_factory=list)
    binds: int = 0
    receipts_answered: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _next_id: int = 0x7AEF82EC

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            while True:
                head = await reader.readexactly(HEADER.size)
                length, command, _, sequence = HEADER.unpack(head)
                body = await reader.readexactly(length - HEADER.size)
                if not self._answer(writer, command, sequence, body):
                    break
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.remove(writer)
            writer.close()

    def _answer(self, writer: asyncio.StreamWriter, command: int, sequence: int, body: bytes) -> bool:
        """Whether the line stays open."""
        match command:
            case 9:
                self.binds += 1
                _write(writer, command | RESPONSE, self.bind_status, sequence, b"" if self.bind_status else b"smsc\0")
                return not self.bind_status
            case 4:
                return self._answer_submit(writer, sequence, body)
            case 6:
                _write(writer, command | RESPONSE, 0, sequence, b"")
                return False
            case _ if command == DELIVER_SM | RESPONSE:
                self.receipts_answered += 1
            case _ if command < RESPONSE:
                _write(writer, command | RESPONSE, 0, sequence, b"")
        return True

    def _answer_submit(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> bool:
        if self.hangs_up_on_submit:
            self.hangs_up_on_submit -= 1
            return False
        self.submitted.append(_submitted(body))
        if self.stays_silent:
            self.stays_silent -= 1
            return True
        statuses = self.statuses_for.get(self.submitted[-1].destination) or self.statuses
        status = statuses.pop(0) if statuses else 0
        self._next_id += 1
        answer = b"" if status else f"{self._next_id:x}".encode() + b"\0" + self.glue
        _write(writer, SUBMIT_SM | RESPONSE, status, sequence, answer)
        return True

    @property
    def last_id(self) -> int:
        return self._next_id

    def send_receipt(self, text: str) -> None:
        """A deliver_sm to every bound client."""
        payload = text.encode()
        body = b"\0" + b"\1\1393331234567\0" + b"\5\0Comune\0" + bytes((4, 0, 0)) + b"\0\0" + bytes((0, 0, 0, 0))
        for writer in self._writers:
            _write(writer, DELIVER_SM, 0, 77, body + bytes((len(payload),)) + payload)


def _write(writer: asyncio.StreamWriter, command: int, status: int, sequence: int, body: bytes) -> None:
    writer.write(HEADER.pack(HEADER.size + len(body), command, status, sequence) + body)


def _submitted(body: bytes) -> Submitted:
    at = body.index(0) + 1
    addresses = []
    for _ in range(2):
        end = body.index(0, at + 2)
        addresses.append(body[at + 2 : end].decode())
        at = end + 1
    esm_class = body[at]
    at += 3
    for _ in range(2):
        at = body.index(0, at) + 1
    data_coding, length = body[at + 2], body[at + 4]
    return Submitted(
        source=addresses[0],
        destination=addresses[1],
        esm_class=esm_class,
        data_coding=data_coding,
        payload=body[at + 5 : at + 5 + length],
    )


@asynccontextmanager
async def running_smsc() -> AsyncIterator[Smsc]:
    """An SMS centre on a free port."""
    smsc = Smsc()
    server = await asyncio.start_server(smsc.serve, "127.0.0.1", 0)
    smsc.port = server.sockets[0].getsockname()[1]
    try:
        yield smsc
    finally:
        server.close()
        for writer in list(smsc._writers):
            writer.close()
        await server.wait_closed()
