"""SMS text: kept in the GSM 7-bit alphabet where it can be, because one foreign letter makes a message cost double.

Source: 3GPP TS 23.038 (alphabet), 23.040 9.2.3.24.1 (concatenation). Alphabet and sizes are those of `smpplib`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from smpplib import consts
from smpplib.gsm import GSM_CHARACTER_TABLE, gsm_encode

SPELLED_OTHERWISE: Final = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2026": "...", "\u00a0": " ", "\u202f": " ", "`": "'",
        "\u00c0": "A'", "\u00c8": "E'", "\u00cc": "I'", "\u00d2": "O'", "\u00d9": "U'", "\u00e7": "c",
    }
)  # fmt: skip
"""What Italian writing uses and the alphabet lacks. É, à, è, é, ì, ò, ù and the euro sign are in it."""

UDHI: Final = consts.SMPP_GSMFEAT_UDHI
SEPTETS_ALONE: Final = consts.SEVENBIT_LENGTH
SEPTETS_JOINED: Final = consts.SEVENBIT_PART_SIZE
OCTETS_ALONE: Final = consts.UCS2_LENGTH
OCTETS_JOINED: Final = consts.UCS2_PART_SIZE
ESCAPE: Final = 0x1B
HIGH_SURROGATES: Final = range(0xD8, 0xDC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One short message as it goes on the wire, its header included when it is a part of a longer one."""

    payload: bytes
    is_ucs2: bool
    is_joined: bool


def spelled(text: str) -> str:
    """The same text with the letters of the GSM alphabet, as far as that goes without changing its meaning.

    Accents the alphabet lacks are dropped (`Nikolić` → `Nikolic`); other scripts stay, and cost more.
    """
    return "".join(
        _spelled_letter(letter) for letter in unicodedata.normalize("NFC", text).translate(SPELLED_OTHERWISE)
    )


def segments(text: str, reference: int) -> list[Segment]:
    """The parts of `text`; `reference` (0-255) tells the phone which belong together."""
    try:
        encoded, is_ucs2 = gsm_encode(text), False
    except UnicodeError:
        encoded, is_ucs2 = text.encode("utf-16-be"), True
    if len(encoded) <= (OCTETS_ALONE if is_ucs2 else SEPTETS_ALONE):
        return [Segment(payload=encoded, is_ucs2=is_ucs2, is_joined=False)]
    parts = _cut(encoded, OCTETS_JOINED if is_ucs2 else SEPTETS_JOINED, is_ucs2=is_ucs2)
    return [
        Segment(payload=bytes((5, 0, 3, reference, len(parts), number)) + part, is_ucs2=is_ucs2, is_joined=True)
        for number, part in enumerate(parts, start=1)
    ]


def _spelled_letter(letter: str) -> str:
    if letter in GSM_CHARACTER_TABLE:
        return letter
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return plain if plain and all(part in GSM_CHARACTER_TABLE for part in plain) else letter


def _cut(encoded: bytes, size: int, *, is_ucs2: bool) -> list[bytes]:
    """Parts of at most `size`, never through an escaped letter (the euro sign) or a surrogate pair."""
    parts: list[bytes] = []
    start = 0
    while start < len(encoded):
        end = min(start + size, len(encoded))
        if end < len(encoded):
            if is_ucs2 and encoded[end - 2] in HIGH_SURROGATES:
                end -= 2
            elif not is_ucs2 and encoded[end - 1] == ESCAPE:
                end -= 1
        parts.append(encoded[start:end])
        start = end
    return parts
