"""Whom a holder may name as the second guardian of a pupil: another adult, by their fiscal code."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from enrollment.domain.errors import (
    SecondGuardianIsPupilError,
    SecondGuardianNotAdultError,
    SecondGuardianSelfError,
)
from enrollment.domain.fiscal_code import FiscalCode, match_key
from enrollment.domain.pupil import Pupil

ADULT_YEARS: Final = 18
"""Art. 2 of the civil code."""


def check_named(named: FiscalCode, *, by: Collection[str], pupil: Pupil, today: date) -> None:
    """`by`: the fiscal codes of the holder.

    A provisional code of digits has no date in it: nobody can tell that its owner is an adult.
    Raises SecondGuardianSelfError, SecondGuardianIsPupilError, SecondGuardianNotAdultError.
    """
    if named.code in by:
        raise SecondGuardianSelfError("Questo è il tuo codice fiscale: indica un'altra persona.")
    if match_key(named.code) == pupil.match_key:
        raise SecondGuardianIsPupilError("Questo è il codice fiscale dell'alunno: indica l'altro genitore.")
    if named.birth_date is None or _birthday(named.birth_date, ADULT_YEARS) > today:
        raise SecondGuardianNotAdultError(
            "Puoi indicare soltanto una persona maggiorenne, con il codice fiscale definitivo."
        )


def _birthday(born: date, years: int) -> date:
    """Who is born on 29 February turns of age on 1 March of a common year."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
