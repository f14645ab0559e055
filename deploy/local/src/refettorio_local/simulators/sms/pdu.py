"""Protocol data units of SMPP 3.4: header, the bodies we need, optional parameters."""

import asyncio
import struct
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct("!IIII")
LARGEST_PDU = 70_000  # octets: message_payload may hold 64 KiB
MESSAGE_PAYLOAD, SAR_REFERENCE, SAR_TOTAL, SAR_SEGMENT = 0x0424, 0x020C, 0x020E, 0x020F
INTERFACE_VERSION = 0x0210
UDHI, RECEIPT_CLASS = 0x40, 0x04  # bits of esm_class
RESPONSE_BIT = 0x80000000


class Command(IntEnum):
    """Command ids; a response has the highest bit set."""

    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x00000001
    BIND_TRANSMITTER = 0x00000002
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    ENQUIRE_LINK = 0x00000015


class Status(IntEnum):
    """Command statuses that we answer."""

    OK = 0x00
    INVALID_COMMAND_LENGTH = 0x02
    INVALID_COMMAND = 0x03
    WRONG_BIND_STATE = 0x04
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    INVALID_DESTINATION = 0x0B
    INVALID_PASSWORD = 0x0E
    INVALID_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    SUBMIT_FAILED = 0x45


class MalformedPduError(Exception):
    """Octets that are no PDU, or a body that ends too early."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit as it travels; `command` is a number because peers may send unknown ones."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def octets(self) -> bytes:
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The parts of a submit_sm that matter here."""

    source: str
    destination: str
    esm_class: int
    registered_delivery: int
    data_coding: int
    octets: bytes
    options: dict[int, bytes] = field(default_factory=dict)


async def read_pdu(reader: asyncio.StreamReader) -> Pdu:
    """The next unit. Raises MalformedPduError, or IncompleteReadError at the end of the stream."""
    length, command, status, sequence = HEADER.unpack(await reader.readexactly(HEADER.size))
    if not HEADER.size <= length <= LARGEST_PDU:
        raise MalformedPduError(f"command_length {length}")
    return Pdu(command, status, sequence, await reader.readexactly(length - HEADER.size))


class Cursor:
    """Reads a body from left to right; everything raises MalformedPduError at its end."""

    def __init__(self, body: bytes) -> None:
        self._rest = body

    def octet(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        if len(self._rest) < count:
            raise MalformedPduError("the body ends too early")
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def string(self, longest: int) -> str:
        """A C-octet string of at most `longest` octets, its NUL included."""
        end = self._rest.find(b"\0")
        if not 0 <= end < longest:
            raise MalformedPduError("a string without an end")
        try:
            return self.take(end + 1)[:-1].decode("ascii")
        except UnicodeDecodeError as error:
            raise MalformedPduError("a string that is not ASCII") from error

    def options(self) -> dict[int, bytes]:
        """The optional parameters that are left."""
        found = {}
        while self._rest:
            tag, length = struct.unpack("!HH", self.take(4))
            found[tag] = self.take(length)
        return found


def read_bind(body: bytes) -> tuple[str, str]:
    """The system id and the password of a bind."""
    cursor = Cursor(body)
    return cursor.string(16), cursor.string(9)


def read_submission(body: bytes) -> Submission:
    """A submit_sm (SMPP 3.4 §4.4.1). The text is in short_message or in message_payload."""
    cursor = Cursor(body)
    cursor.string(6)  # service_type
    cursor.take(2)
    source = cursor.string(21)
    cursor.take(2)
    destination = cursor.string(21)
    esm_class = cursor.octet()
    cursor.take(2)  # protocol_id, priority_flag
    cursor.string(17)  # schedule_delivery_time
    cursor.string(17)  # validity_period
    registered_delivery = cursor.octet()
    cursor.octet()  # replace_if_present_flag
    data_coding = cursor.octet()
    cursor.octet()  # sm_default_msg_id
    octets = cursor.take(cursor.octet())
    options = cursor.options()
    return Submission(
        source=source,
        destination=destination,
        esm_class=esm_class,
        registered_delivery=registered_delivery,
        data_coding=data_coding,
        octets=octets or options.get(MESSAGE_PAYLOAD, b""),
        options=options,
    )


def receipt_body(*, source: str, destination: str, text: str) -> bytes:
    """A deliver_sm that carries a delivery receipt (SMPP 3.4 §4.6.1 and appendix B)."""
    octets = text.encode("ascii")
    return b"".join(
        (
            b"\0",
            b"\x01\x01" + source.encode("ascii") + b"\0",
            b"\0\0" + destination.encode("ascii") + b"\0",
            bytes((RECEIPT_CLASS, 0, 0)),
            b"\0\0",  # no schedule, no validity
            bytes((0, 0, 0, 0, len(octets))),
            octets,
        )
    )
