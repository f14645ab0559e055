"""The message centre as the client library of the senders, and as raw octets, meet it."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx
import pytest
from aiosmpplib import (
    ESME,
    AbstractHook,
    DeliverSm,
    PhoneNumber,
    SmppCommandStatus,
    SmppMessage,
    SubmitSm,
    SubmitSmResp,
)
from aiosmpplib.codec import GSM_BASIC_DECODE_MAP
from smpplib import gsm

from refettorio_chassis.clock import FixedClock
from refettorio_local.addresses import free_ports
from refettorio_local.simulators.settings import HOST, Listening
from refettorio_local.simulators.sms.alphabet import GSM, GSM_EXTENSION, decoded
from refettorio_local.simulators.sms.app import message_centre
from refettorio_local.simulators.sms.pdu import HEADER, Command, Pdu, Status, read_pdu
from refettorio_local.simulators.sms.settings import Settings
from tests.support.waiting import until

GIULIA = "+393330000101"
LONG = "Comunicazione del Comune: la mensa domani è chiusa. " * 8
LONG_UCS2 = "Ąžuolas 🍝 " * 30


@dataclass
class Desk:
    """The centre with its page and its port."""

    settings: Settings
    http: httpx.AsyncClient

    async def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.http.get("/api/messages")).json()["items"]
        return found

    async def fault(self, **wanted: object) -> None:
        assert (await self.http.post("/api/fault", json=wanted)).status_code == 200


@dataclass
class Seen(AbstractHook):  # type: ignore[misc]  # the library has no types
    """What the client library saw."""

    responses: list[SubmitSmResp] = field(default_factory=list)
    receipts: list[DeliverSm] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """Nothing to do."""

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        self.statuses.append(HEADER.unpack(pdu[: HEADER.size])[2])
        match smpp_message:
            case SubmitSmResp():
                self.responses.append(smpp_message)
            case DeliverSm():
                self.receipts.append(smpp_message)

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        raise error


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    settings = Settings(
        listening=Listening(host=HOST, port=8094),
        smpp_host=HOST,
        smpp_port=free_ports().smpp,
        system_id="comune",
        password="segreta",
        receipt_seconds=0.01,
    )
    app = message_centre(settings, FixedClock(datetime(2025, 9, 15, 10, tzinfo=UTC)))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sms.example") as http,
    ):
        yield Desk(settings, http)


@dataclass
class Library:
    """The client library, bound to the centre."""

    esme: ESME
    seen: Seen

    async def send(self, text: str, *, to: str = GIULIA, **options: Any) -> None:
        message = SubmitSm(
            short_message=text,
            source=PhoneNumber("COMUNE"),
            destination=PhoneNumber(to),
            log_id="prova",
            auto_message_payload=False,
            esm_class=0x40,
            registered_delivery=1,
            **options,
        )
        await self.esme.broker.enqueue(message)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        await until(condition, what, seconds=5)


@pytest.fixture
async def library(desk: Desk) -> AsyncIterator[Library]:
    seen = Seen()
    esme = ESME(
        smsc_host=HOST,
        smsc_port=desk.settings.smpp_port,
        system_id="comune",
        password="segreta",
        hook=seen,
        log_level="CRITICAL",
    )
    running = asyncio.create_task(esme.start())
    yield Library(esme, seen)
    writer = esme._writer
    await esme.stop()
    await asyncio.wait([running], timeout=5)
    if writer is not None:
        writer.close()  # the library sends the end of the stream and leaves the socket open


async def test_the_library_sends_a_message_and_gets_its_receipt(desk: Desk, library: Library) -> None:
    await library.send("Il credito è basso: 3 € e {niente}")
    await library.until(lambda: bool(library.seen.receipts), "receipt")
    (item,) = await desk.items()
    assert (item["to"], item["from"], item["text"]) == (GIULIA, "COMUNE", "Il credito è basso: 3 € e {niente}")
    assert item["encoding"] == "GSM-7"
    receipt = library.seen.receipts[0].parse_receipt()
    assert receipt["stat"] == "DELIVRD"
    answered = library.seen.responses[0].message_id
    assert receipt["id"] == str(int(answered, 16))  # decimal, while the answer is hexadecimal
    assert receipt["id"] != answered


@pytest.mark.parametrize(("text", "encoding"), [(LONG, "GSM-7"), (LONG_UCS2, "UCS-2")])
async def test_the_library_sends_long_messages_in_parts(desk: Desk, library: Library, text: str, encoding: str) -> None:
    await library.send(text)
    await library.until(lambda: bool(library.seen.receipts), "receipt")
    (item,) = await desk.items()
    assert item["text"] == text
    assert item["encoding"] == encoding
    assert item["parts"] == len(gsm.make_parts(text)[0])


async def test_a_phone_that_is_off_gets_nothing_and_the_receipt_says_so(desk: Desk, library: Library) -> None:
    await library.send("Pronto?", to="+393330000999")
    await library.until(lambda: bool(library.seen.receipts), "receipt")
    assert library.seen.receipts[0].parse_receipt()["stat"] == "UNDELIV"
    assert await desk.items() == []


@pytest.mark.parametrize(
    ("mode", "status"),
    [("temporary", SmppCommandStatus.ESME_RMSGQFUL), ("permanent", SmppCommandStatus.ESME_RSUBMITFAIL)],
)
async def test_refusals_reach_the_library(desk: Desk, library: Library, mode: str, status: SmppCommandStatus) -> None:
    await desk.fault(mode=mode, times=1)
    await library.send("Prova")
    await library.until(lambda: status in library.seen.statuses, "refusal")
    assert await desk.items() == []


class Raw:
    """A session written octet by octet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._sequence = 0

    @classmethod
    async def to(cls, desk: Desk) -> "Raw":
        return cls(*await asyncio.open_connection(HOST, desk.settings.smpp_port))

    async def ask(self, command: int, body: bytes = b"") -> Pdu:
        self._sequence += 1
        self.writer.write(Pdu(command, 0, self._sequence, body).octets())
        return await self.next()

    async def next(self) -> Pdu:
        async with asyncio.timeout(5):
            return await read_pdu(self.reader)

    async def bind(self, command: int = Command.BIND_TRANSCEIVER, *, password: bytes = b"segreta") -> Pdu:
        return await self.ask(command, b"comune\0" + password + b"\0\0\x34\0\0\0")

    async def answer(self, unit: Pdu) -> None:
        self.writer.write(Pdu(unit.command | 0x80000000, 0, unit.sequence, b"\0").octets())
        await self.writer.drain()


def submission(
    octets: bytes, *, esm_class: int = 0, coding: int = 0, registered: int = 0, options: bytes = b"", to: str = GIULIA
) -> bytes:
    return b"".join(
        (
            b"\0\x05\0COMUNE\0\x01\x01" + to.encode() + b"\0",
            bytes((esm_class, 0, 0)),
            b"\0\0",
            bytes((registered, 0, coding, 0, len(octets))),
            octets,
            options,
        )
    )


def option(tag: int, value: bytes) -> bytes:
    return struct.pack("!HH", tag, len(value)) + value


async def test_a_wrong_password_is_a_bind_error_without_a_body(desk: Desk) -> None:
    raw = await Raw.to(desk)
    refused = await raw.bind(password=b"sbaglia")
    assert (refused.status, refused.body) == (Status.INVALID_PASSWORD, b"")
    assert (await raw.ask(Command.SUBMIT_SM, submission(b"ciao"))).status == Status.WRONG_BIND_STATE
    assert (await raw.bind()).status == Status.OK
    raw.writer.close()


async def test_an_unknown_account_is_named_as_such(desk: Desk) -> None:
    raw = await Raw.to(desk)
    assert (await raw.ask(Command.BIND_TRANSMITTER, b"altri\0segreta\0\0\x34\0\0\0")).status == Status.INVALID_SYSTEM_ID
    raw.writer.close()


async def test_links_are_enquired_and_sessions_unbound(desk: Desk) -> None:
    raw = await Raw.to(desk)
    await raw.bind()
    assert (await raw.ask(Command.ENQUIRE_LINK)).command == 0x80000015
    assert (await raw.bind()).status == Status.ALREADY_BOUND
    assert (await raw.ask(0x00000103)).command == Command.GENERIC_NACK
    assert (await raw.ask(Command.UNBIND)).command == 0x80000006
    assert await raw.reader.read() == b""
    raw.writer.close()


async def test_parts_may_come_in_any_order_and_with_sixteen_bit_references(desk: Desk) -> None:
    raw = await Raw.to(desk)
    await raw.bind(Command.BIND_TRANSMITTER)
    for part, text in ((2, b"mondo"), (1, b"ciao ")):
        header = bytes((6, 8, 4, 1, 44, 2, part))
        await raw.ask(Command.SUBMIT_SM, submission(header + text, esm_class=0x40))
    assert [item["text"] for item in await desk.items()] == ["ciao mondo"]
    raw.writer.close()


async def test_parts_may_be_numbered_by_optional_parameters(desk: Desk) -> None:
    raw = await Raw.to(desk)
    await raw.bind(Command.BIND_TRANSMITTER)
    for part, text in ((1, b"ciao "), (2, b"mondo")):
        numbered = option(0x020C, b"\0\x07") + option(0x020E, b"\x02") + option(0x020F, bytes((part,)))
        await raw.ask(Command.SUBMIT_SM, submission(text, options=numbered))
    assert [item["text"] for item in await desk.items()] == ["ciao mondo"]
    raw.writer.close()


async def test_a_long_text_may_come_as_payload(desk: Desk) -> None:
    raw = await Raw.to(desk)
    await raw.bind()
    text = "è" * 400
    payload = option(0x0424, text.encode("utf-16-be"))
    await raw.ask(Command.SUBMIT_SM, submission(b"", coding=8, options=payload))
    assert [item["text"] for item in await desk.items()] == [text]
    raw.writer.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (submission(b"ciao", to="nessuno"), Status.INVALID_DESTINATION),
        (submission(b"\xff"), Status.SUBMIT_FAILED),
        (submission(b"ciao", coding=4), Status.SUBMIT_FAILED),
        (submission(b"\x05\x00\x03\x01\x02\x03ciao", esm_class=0x40), Status.SUBMIT_FAILED),
        (submission(b"\x40ciao", esm_class=0x40), Status.SUBMIT_FAILED),
    ],
)
async def test_a_message_that_cannot_be_delivered_as_written_is_refused(
    desk: Desk, body: bytes, status: Status
) -> None:
    raw = await Raw.to(desk)
    await raw.bind()
    assert (await raw.ask(Command.SUBMIT_SM, body)).status == status
    assert await desk.items() == []
    raw.writer.close()


async def test_receipts_wait_for_a_session_that_takes_them(desk: Desk) -> None:
    sender = await Raw.to(desk)
    await sender.bind(Command.BIND_TRANSMITTER)
    answered = await sender.ask(Command.SUBMIT_SM, submission(b"ciao", registered=1))
    assert answered.status == Status.OK
    for is_acknowledged in (False, True):  # what was not acknowledged comes again
        receiver = await Raw.to(desk)
        await receiver.bind(Command.BIND_RECEIVER)
        receipt = await receiver.next()
        assert b"stat:DELIVRD" in receipt.body
        if is_acknowledged:
            await receiver.answer(receipt)
            assert (await receiver.ask(Command.UNBIND)).status == Status.OK
        receiver.writer.close()
        await receiver.writer.wait_closed()
    last = await Raw.to(desk)
    await last.bind(Command.BIND_RECEIVER)
    assert (await last.ask(Command.ENQUIRE_LINK)).command == 0x80000015  # and nothing before it
    last.writer.close()
    sender.writer.close()


async def test_a_receipt_on_failure_only_is_not_sent_for_a_delivered_message(desk: Desk) -> None:
    raw = await Raw.to(desk)
    await raw.bind()
    await raw.ask(Command.SUBMIT_SM, submission(b"ciao", registered=2))
    await raw.ask(Command.SUBMIT_SM, submission(b"ciao", registered=2, to="+393330000999"))
    assert b"stat:UNDELIV" in (await raw.next()).body
    raw.writer.close()


async def test_a_dropped_connection_answers_nothing(desk: Desk) -> None:
    await desk.fault(mode="drop", times=1)
    raw = await Raw.to(desk)
    await raw.bind()
    with pytest.raises(asyncio.IncompleteReadError):
        await raw.ask(Command.SUBMIT_SM, submission(b"ciao"))
    assert await desk.items() == []
    raw.writer.close()


@pytest.mark.parametrize("nonsense", [b"\0" * 16, b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 40])
async def test_nonsense_ends_its_session_alone(desk: Desk, nonsense: bytes) -> None:
    raw = await Raw.to(desk)
    raw.writer.write(nonsense)
    assert (await raw.next()).command == Command.GENERIC_NACK
    assert await raw.reader.read() == b""
    raw.writer.close()
    other = await Raw.to(desk)
    assert (await other.bind()).status == Status.OK
    other.writer.close()


async def test_the_page_shows_phones(desk: Desk) -> None:
    assert "Nessun SMS" in (await desk.http.get("/")).text
    raw = await Raw.to(desk)
    await raw.bind()
    await raw.ask(Command.SUBMIT_SM, submission(b"<b>ciao</b>"))
    page = (await desk.http.get("/")).text
    assert GIULIA in page
    assert "&lt;b&gt;ciao&lt;/b&gt;" in page
    raw.writer.close()


def test_the_gsm_alphabet_is_the_one_of_an_independent_table() -> None:
    assert len(GSM) == 128
    assert {code: letter for code, letter in enumerate(GSM) if code != 0x1B} == GSM_BASIC_DECODE_MAP
    assert decoded(gsm.gsm_encode("Prezzo: 5,20 € [ok]"), 0) == "Prezzo: 5,20 € [ok]"
    for code, letter in GSM_EXTENSION.items():
        assert decoded(bytes((0x1B, code)), 0) == letter
        if letter != "\f":
            assert gsm.gsm_encode(letter) == bytes((0x1B, code))
