"""GSM 7-bit text, segments and receipts on the wire."""

import struct

import pytest

from notify.outbound.gsm7 import segments, spelled
from notify.outbound.smpp_ears import status_name
from notify.outbound.smpp_receipt import Receipt, receipt_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("perché è già così più", "perché è già così più"),
        ("l\u2019avviso \u2013 \u201csubito\u201d\u2026", 'l\'avviso - "subito"...'),
        ("È già tardi", "E' già tardi"),
        ("François Nikolić Ștefan", "Francois Nikolic Stefan"),
        ("15,30\u00a0€", "15,30 €"),
        ("Олег", "Олег"),
        ("e\u0300", "è"),
    ],
)
def test_italian_text_is_spelled_with_the_letters_of_the_alphabet(text: str, expected: str) -> None:
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
    ],
)
def test_segments_are_counted_as_networks_count_them(text: str, parts: int) -> None:
    assert len(segments(text, reference=7)) == parts


def test_a_euro_sign_is_never_cut_in_two() -> None:
    first, second = segments("a" * 152 + "€" + "b" * 10, reference=7)
    assert first.payload == bytes((5, 0, 3, 7, 2, 1)) + b"a" * 152
    assert second.payload[6:8] == b"\x1be"


def test_a_surrogate_pair_is_never_cut_in_two() -> None:
    first, second = segments("ж" * 66 + "😀" + "ж" * 10, reference=7)
    assert first.is_ucs2
    assert first.payload[6:].decode("utf-16-be") == "ж" * 66
    assert second.payload[6:].decode("utf-16-be") == "😀" + "ж" * 10


def deliver_sm(text: bytes, *, esm_class: int = 4, optional: bytes = b"") -> bytes:
    body = b"CMT\0" + b"\1\1393331234567\0" + b"\5\0Comune\0" + bytes((esm_class, 0, 0)) + b"\0\0" + bytes(4)
    body += bytes((len(text),)) + text + optional
    return struct.pack("!IIII", 16 + len(body), 5, 0, 1) + body


def test_a_receipt_says_which_message_and_what_became_of_it() -> None:
    text = b"id:2062516972 sub:001 dlvrd:001 submit date:2510061000 stat:DELIVRD err:000 text:id:1 stat:X"
    receipt = receipt_in(deliver_sm(text))
    assert receipt == Receipt(message_id="2062516972", status="DELIVRD", error="000")
    assert receipt.undeliverable is None


def test_bad_news_is_told_with_the_word_and_code_of_the_centre() -> None:
    receipt = receipt_in(deliver_sm(b"id:1 stat:UNDELIV err:0A1"))
    assert receipt
    assert receipt.undeliverable == "smsc-UNDELIV 0A1"


def test_a_receipt_may_carry_the_name_in_a_parameter() -> None:
    optional = b"\x04\x27\x00\x01\x02" + b"\x00\x1e\x00\x04abc\0"
    receipt = receipt_in(deliver_sm(b"stat:EXPIRED", optional=optional))
    assert receipt == Receipt(message_id="abc", status="EXPIRED")


@pytest.mark.parametrize(
    "pdu",
    [
        deliver_sm(b"id:1 stat:DELIVRD", esm_class=0),
        deliver_sm(b"stat:DELIVRD"),
        deliver_sm(b"stat:DELIVRD", optional=b"\x04\x27\x00\x01\x02"),
        deliver_sm(b"id:1")[:20],
        deliver_sm(b"id:1")[:38],
    ],
)
def test_what_is_no_receipt_is_let_pass(pdu: bytes) -> None:
    assert receipt_in(pdu) is None


def test_statuses_of_the_vendor_keep_their_number() -> None:
    assert (status_name(0x0B), status_name(0x0444)) == ("ESME_RINVDSTADR", "0x00000444")
