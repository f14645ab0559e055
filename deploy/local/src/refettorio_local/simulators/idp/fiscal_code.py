"""The fiscal code of an invented person (decree of 23 December 1976; SPEC §6.1)."""

import unicodedata
from datetime import date

MONTHS = "ABCDEHLMPRST"
ODD_VALUES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)  # of the digits, and of the letters A to J
OTHER_ODD_VALUES = (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)  # of K to Z
ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", ODD_VALUES * 2 + OTHER_ODD_VALUES, strict=True))
FEMALE_DAYS = 40


def fiscal_code(*, given_name: str, family_name: str, born_on: date, sex: str, birthplace: str) -> str:
    """Sixteen characters; `sex` is F or M, `birthplace` the cadastral (Belfiore) code."""
    day = born_on.day + (FEMALE_DAYS if sex == "F" else 0)
    body = (
        _three(family_name)
        + _three(given_name, is_given_name=True)
        + f"{born_on:%y}{MONTHS[born_on.month - 1]}{day:02d}{birthplace}"
    )
    return body + _check_letter(body)


def _three(name: str, *, is_given_name: bool = False) -> str:
    plain = unicodedata.normalize("NFD", name.upper())
    letters = [letter for letter in plain if "A" <= letter <= "Z"]
    consonants = [letter for letter in letters if letter not in "AEIOU"]
    if is_given_name and len(consonants) > 3:
        consonants = [consonants[0], *consonants[2:]]
    vowels = [letter for letter in letters if letter in "AEIOU"]
    return "".join((consonants + vowels + ["X"] * 3)[:3])


def _check_letter(body: str) -> str:
    total = sum(ODD[letter] if position % 2 else _even(letter) for position, letter in enumerate(body, 1))
    return chr(ord("A") + total % 26)


def _even(letter: str) -> int:
    return int(letter) if letter.isdigit() else ord(letter) - ord("A")
