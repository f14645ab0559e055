"""How long what families wrote is kept, counted from the end of the school year it was for.

Sources: Regulation (EU) 2016/679, art. 5, par. 1, letter e (no longer than the purpose needs); for what the books rest
on, ten years (civil code, art. 2220). The municipality's own *massimario di scarto* may shorten or lengthen a rule: it
is a number here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from enrollment.domain.school_year import SchoolYear


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`what` goes `kept_for` after the end of its school year, and why it is kept so long."""

    name: str
    what: str
    kept_for: timedelta
    because: str


UNACCEPTED: Final = Rule(
    name="unaccepted-applications",
    what="applications that were not accepted, with their answers",
    kept_for=timedelta(days=365),
    because="a family may still ask why, or appeal; then nothing rests on them",
)
NOTES: Final = Rule(
    name="notes-of-applications",
    what="notes of the family (often of health) and of the office on accepted applications",
    kept_for=timedelta(days=365),
    because="they served that year's service",
)
ACCEPTED: Final = Rule(
    name="accepted-applications",
    what="accepted applications, enrolments and the pupils they were for",
    kept_for=timedelta(days=3653),
    because="charges of that year rest on them: ten years, as the books",
)
RULES: Final = (UNACCEPTED, NOTES, ACCEPTED)


def years_over(rule: Rule, years: Iterable[SchoolYear], today: date) -> list[str]:
    """The names of the school years whose time by `rule` is over today."""
    return [year.label for year in years if year.last_day + rule.kept_for < today]
