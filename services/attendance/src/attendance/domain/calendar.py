"""Days without service, as enrollment tells them, and the days on which a roll may be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from attendance.domain.errors import DayOutOfRangeError
from attendance.domain.identifiers import ClassId, SchoolId
from attendance.domain.retention import MARKS
from attendance.domain.role import Role

TABLET_DAYS_BACK: Final = 7
"""A tablet that was off the net for a week can still catch up; older days are the office's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The school has no service on `day`."""

    school_id: SchoolId
    day: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """The class has no service on `day`."""

    class_id: ClassId
    day: date
    reason: str


def check_day(day: date, *, today: date, role: Role) -> None:
    """Raise DayOutOfRangeError for a day to come, one too long ago for a tablet, or one whose marks may be gone."""
    if day > today:
        raise DayOutOfRangeError("Non si possono segnare le presenze di un giorno futuro.", day=day.isoformat())
    oldest = today - timedelta(days=TABLET_DAYS_BACK)
    if role is Role.CANTEEN and day < oldest:
        raise DayOutOfRangeError(
            f"Dal tablet si possono segnare solo gli ultimi {TABLET_DAYS_BACK} giorni: rivolgiti all'ufficio.",
            day=day.isoformat(),
        )
    if day < today - MARKS.kept_for:
        raise DayOutOfRangeError("Le presenze di questo giorno non sono più conservate.", day=day.isoformat())
