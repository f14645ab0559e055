"""The pupil's fiscal code: what it says, and whether it fits what the family declared.

Source: D.M. 23/12/1976 and Agenzia delle Entrate; a person may hold a provisional code of 11 digits, which says nothing
about birth and so can only be checked by its own check digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from enrollment.domain.errors import FiscalCodeInvalidError

# Two people born alike get codes that differ by letters put in place of digits (omocodia).
_DIGIT_OF: Final = dict(zip("LMNPQRSTUV", "0123456789", strict=True))
_DIGIT_PLACES: Final = frozenset({6, 7, 9, 10, 12, 13, 14})


@dataclass(frozen=True, slots=True, kw_only=True)
class FiscalCode:
    """A well-formed code. `birth_date` is what it says, `None` for a provisional one."""

    code: str
    birth_date: date | None

    def check_birth_date(self, declared: date) -> None:
        """Raise FiscalCodeInvalidError when the code says another birth date than the family."""
        if self.birth_date is not None and self.birth_date != declared:
            raise FiscalCodeInvalidError(
                "Il codice fiscale non corrisponde alla data di nascita indicata: controlla entrambi.",
                field="pupil_fiscal_code",
            )


def match_key(code: str) -> str:
    """What two spellings of one person's code have in common: digits restored, check letter left out."""
    if len(code) != 16:
        return code
    return "".join(
        _DIGIT_OF.get(char, char) if place in _DIGIT_PLACES else char for place, char in enumerate(code[:15])
    )
