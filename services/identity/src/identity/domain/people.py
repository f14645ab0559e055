"""Finding people by their names, and seeing that two records may be one person. A clerk decides; we only point."""

from __future__ import annotations

import unicodedata
from typing import Final

from identity.domain.errors import SearchTooWideError
from identity.domain.fiscal_code import PROVISIONAL_LENGTH, without_omocodia
from identity.domain.guardian import Guardian

MOST_FOUND: Final = 20
"""People shown for one search: each of them reads that they were, so nobody is shown in vain."""
LEAST_LETTERS: Final = 3
OMOCODIA: Final = "omocodia"
PROVISIONAL_CODE: Final = "provisional-code"
_NOT_DECOMPOSED: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d"})


def folded(text: str) -> str:
    """Small letters without accents: how names are compared."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_NOT_DECOMPOSED))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name, folded; an apostrophe and a hyphen part them as a space does."""
    return tuple("".join(each if each.isalnum() else " " for each in folded(text)).split())


def wanted_words(text: str) -> tuple[str, ...]:
    """The words to look for. Raises `SearchTooWideError`."""
    words = name_words(text)
    if max(map(len, words), default=0) < LEAST_LETTERS:
        raise SearchTooWideError("Scrivi il codice fiscale, oppure almeno tre lettere del nome o del cognome.")
    return words


def is_named(guardian: Guardian, words: tuple[str, ...]) -> bool:
    """Whether each of the words begins a word of the names."""
    own = name_words(f"{guardian.given_name} {guardian.family_name}")
    return all(any(each.startswith(word) for each in own) for word in words)


def may_be_same(one: Guardian, other: Guardian) -> str | None:
    """Why the two may be one person: `omocodia`, `provisional-code`, or none.

    A provisional code tells nothing of the person, so the names must speak: the same, and only one of the codes final.
    """
    codes = (one.fiscal_code, other.fiscal_code)
    if without_omocodia(codes[0]) == without_omocodia(codes[1]):
        return OMOCODIA
    provisional = [len(code) == PROVISIONAL_LENGTH for code in codes]
    if sum(provisional) == 1 and _names(one) == _names(other):
        return PROVISIONAL_CODE
    return None


def _names(guardian: Guardian) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return name_words(guardian.given_name), name_words(guardian.family_name)
