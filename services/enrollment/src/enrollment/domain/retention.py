"""How long what families wrote is kept, counted from the end of the school year it was for, or from its own end.

Source for what the books rest on: civil code, art. 2220 (ten years).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from enrollment.domain.school_year import SchoolYear
from refettorio_chassis.retention import Rule

AFTER_THE_YEAR: Final = "end of the school year"

UNACCEPTED: Final = Rule(
    name="unaccepted-applications",
    what="applications that were not accepted, with their answers",
    kept_for=timedelta(days=365),
    counted_from=AFTER_THE_YEAR,
    because="a family may still ask why, or appeal; then nothing rests on them",
)
NOTES: Final = Rule(
    name="notes-of-applications",
    what="notes of the family (often of health) and of the office on accepted applications",
    kept_for=timedelta(days=365),
    counted_from=AFTER_THE_YEAR,
    because="they served that year's service",
)
ACCEPTED: Final = Rule(
    name="accepted-applications",
    what="accepted applications, enrolments and the pupils they were for",
    kept_for=timedelta(days=3653),
    counted_from=AFTER_THE_YEAR,
    because="charges of that year rest on them: ten years, as the books",
)
UNACCEPTED_SECOND: Final = Rule(
    name="unaccepted-second-guardians",
    what="who was named as second guardian and did not accept, with the fiscal code",
    kept_for=timedelta(days=365),
    counted_from="the end, or the naming if nobody answered",
    because="nothing came of it; until then both see what became of it",
)
ENDED_SECOND: Final = Rule(
    name="ended-second-guardians",
    what="who was second guardian of a pupil, and the shares the two agreed",
    kept_for=timedelta(days=3653),
    counted_from="the end; with the pupil at the latest",
    because="charges were shared by them: ten years, as the books",
)
OF_YEARS: Final = (UNACCEPTED, NOTES, ACCEPTED)
RULES: Final = (*OF_YEARS, UNACCEPTED_SECOND, ENDED_SECOND)


def years_over(rule: Rule, years: Iterable[SchoolYear], today: date) -> list[str]:
    """The names of the school years whose time by `rule` is over today."""
    return [year.label for year in years if year.last_day + rule.kept_for < today]
