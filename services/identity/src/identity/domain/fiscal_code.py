"""The Italian fiscal code (*codice fiscale*) of a natural person: D.M. 23 December 1976, with *omocodia*."""

from __future__ import annotations

from datetime import date
from typing import Final, NewType

FiscalCode = NewType("FiscalCode", str)
"""Checked and in capital letters: 16 characters, or the 11 digits of a provisional code."""

SAML_PREFIX: Final = "TINIT-"
"""How SPID and CIE write an Italian tax number (ETSI EN 319 412-1)."""

PROVISIONAL_LENGTH: Final = 11
"""Digits of the code that is given to who waits for the final one."""

_DIGIT_PLACES: Final = (6, 7, 9, 10, 12, 13, 14)
_OMOCODIA: Final = str.maketrans("LMNPQRSTUV", "0123456789")
_MONTHS: Final = "ABCDEHLMPRST"
_WOMEN: Final = 40
"""Added to the day of birth of a woman."""


def bare_code(text: str) -> str:
    """`text` in capital letters, without space around it and without `TINIT-`; not checked."""
    return text.strip().upper().removeprefix(SAML_PREFIX)


def without_omocodia(code: FiscalCode) -> str:
    """The code as it would be had no letter taken the place of a digit, without its check character.

    Two codes with the same result may be one person, before and after a change, or two people born alike: omocodia
    exists to tell these apart. So it finds candidates for a clerk to look at, and never lets anyone into an account.
    """
    if len(code) != 16:
        return code
    return "".join(
        character.translate(_OMOCODIA) if place in _DIGIT_PLACES else character
        for place, character in enumerate(code[:15])
    )


def birth_day(code: FiscalCode, today: date) -> date | None:
    """When its owner was born, in the latest century that is possible; none for a provisional code.

    A code has two digits of the year: who may be 10 or 110 years old is taken for 10.
    """
    if len(code) != 16:
        return None
    plain = without_omocodia(code)
    month, day = _MONTHS.index(plain[8]) + 1, int(plain[9:11]) % _WOMEN
    year = today.year // 100 * 100 + int(plain[6:8])
    is_past = (year, month, day) <= (today.year, today.month, today.day)
    return date(year if is_past else year - 100, month, day)
