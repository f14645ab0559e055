"""Whom a holder may name as the second guardian of a pupil: another adult, by their fiscal code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final

from enrollment.domain.errors import (
    NamedTooOftenError,
    SecondGuardianIsPupilError,
    SecondGuardianNotAdultError,
    SecondGuardianSelfError,
)
from enrollment.domain.fiscal_code import FiscalCode, match_key
from enrollment.domain.pupil import Pupil
from enrollment.domain.second_guardian import EndedBy, SecondGuardian, State

ADULT_YEARS: Final = 18
"""Art. 2 of the civil code."""
LEFT_ALONE: Final = timedelta(days=30)
"""Each naming writes to the person named: who said no is not asked again for so long."""
MOST_WITHDRAWN: Final = 2
"""So often within LEFT_ALONE may one be named and let go again, for a wrong share or by mistake."""


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


def check_left_alone(
    named: FiscalCode, earlier: Iterable[SecondGuardian], *, today: date, day_of: Callable[[datetime], date]
) -> None:
    """`earlier`: whom the holder named for the pupil before, over or not; `day_of`: the Rome day of a moment.

    Raises NamedTooOftenError.
    """
    over = [(day_of(each.ended_at), each) for each in earlier if each.ended_at and each.fiscal_code == named.code]
    declined = sorted(day for day, each in over if each.state is State.DECLINED)
    withdrawn = sorted(day for day, each in over if not each.accepted_at and each.ended_by is EndedBy.HOLDER)
    waits_since = [*declined[-1:], *withdrawn[-MOST_WITHDRAWN : 1 - MOST_WITHDRAWN]]
    first = max((day + LEFT_ALONE for day in waits_since), default=today)
    if first > today:
        raise NamedTooOftenError(
            f"Hai già indicato questa persona da poco: puoi farlo di nuovo dal {first:%d/%m/%Y}.",
            first=first.isoformat(),
        )


def _birthday(born: date, years: int) -> date:
    """Who is born on 29 February turns of age on 1 March of a common year."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
