"""The sheet of one class on one day, as the tablet and the office see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from attendance.domain.errors import ClassNotFoundError
from attendance.domain.identifiers import ClassId, PupilId, SchoolId
from attendance.domain.mark import PupilDay
from attendance.domain.roster import Seat, school_of, seats_on
from attendance.domain.sheet import Sheet
from attendance.usecases.ports import PupilName, Reads

NOBODY = "Nessun alunno iscritto alla mensa in questo giorno."


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """What is needed to take a roll: who sits there, their marks, and why there may be no service."""

    sheet: Sheet
    seats: dict[PupilId, Seat]
    days: dict[PupilId, PupilDay]
    no_service: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPicture:
    """A roll with names, true at `as_of`."""

    roll: Roll
    names: dict[PupilId, PupilName]
    as_of: datetime


async def show_sheet(reads: Reads, class_id: ClassId, day: date, *, now: datetime) -> SheetPicture:
    """Raises ClassNotFoundError."""
    roll = await roll_of(reads, class_id, day)
    names = await reads.names(list(roll.seats))
    return SheetPicture(roll=roll, names=dict(names), as_of=now)


async def roll_of(reads: Reads, class_id: ClassId, day: date) -> Roll:
    """Everyone on the roster has a day, marked or expected. Raises ClassNotFoundError."""
    enrolments = await reads.enrolments_in(class_id)
    school_id = school_of(enrolments, class_id)
    if school_id is None:
        raise ClassNotFoundError("In questa classe nessun alunno è iscritto alla mensa.", class_id=class_id)
    seats = seats_on(enrolments, class_id, day)
    marked = await reads.pupil_days(list(seats), day)
    sheet = await reads.sheet(class_id, day) or Sheet(class_id=class_id, school_id=school_id, day=day)
    return Roll(
        sheet=sheet,
        seats=seats,
        days={pupil_id: marked.get(pupil_id) or PupilDay(pupil_id=pupil_id, day=day) for pupil_id in seats},
        no_service=await _why_no_service(reads, sheet.school_id, class_id, day) or (None if seats else NOBODY),
    )


async def _why_no_service(reads: Reads, school_id: SchoolId, class_id: ClassId, day: date) -> str | None:
    closure = await reads.closure(school_id, day)
    if closure is not None:
        return closure.reason
    excuse = await reads.excuse(class_id, day)
    return excuse.reason if excuse is not None else None
