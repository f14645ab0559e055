"""The JSON this service answers with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Generic, Self, TypeVar

from pydantic import BaseModel

from attendance.domain.identifiers import PupilId
from attendance.domain.mark import PupilDay
from attendance.domain.roster import ClassSummary
from attendance.domain.sheet import SheetState
from attendance.usecases.announcements import MEALS
from attendance.usecases.mark_pupils import CommandResult
from attendance.usecases.ports import PupilName
from attendance.usecases.show_sheet import SheetPicture

T = TypeVar("T")

NO_NAME: Final = PupilName(given_name="", family_name="(nome in arrivo)")
"""The enrolment has arrived and the name has not: a matter of seconds."""


class Items(BaseModel, Generic[T]):
    """Every list."""

    items: list[T]


class ClassShape(BaseModel):
    """A class and how many pupils eat."""

    class_id: str
    school_id: str
    pupils: int

    @classmethod
    def of(cls, summary: ClassSummary) -> Self:
        return cls(class_id=summary.class_id, school_id=summary.school_id, pupils=summary.pupils)


class SheetPupil(BaseModel):
    """One line of the sheet. `mark`: `expected`, `present` or `absent`; `marked_by`: `canteen` or `office`.

    `kind` is of the meal of who is present: `full`, `light`, `half` or `staff`. `operator_id`: who of the
    canteen marked, on a tablet.
    """

    pupil_id: str
    given_name: str
    family_name: str
    mark: str
    kind: str | None = None
    mark_version: int
    marked_at: datetime | None = None
    marked_by: str | None = None
    operator_id: str | None = None

    @classmethod
    def of(cls, known: PupilDay, name: PupilName) -> Self:
        return cls(
            pupil_id=known.pupil_id,
            given_name=name.given_name,
            family_name=name.family_name,
            mark=known.mark.value,
            kind=known.kind,
            mark_version=known.version,
            marked_at=known.recorded_at,
            marked_by=known.marked_by.value if known.marked_by else None,
            operator_id=known.operator,
        )


class SheetShape(BaseModel):
    """A sheet, true at `as_of`. `state`: `open`, `closed` or `no-service` (then `reason` says why)."""

    class_id: str
    school_id: str
    day: date
    service: str = MEALS
    state: str
    reason: str | None = None
    version: int
    as_of: datetime
    pupils: list[SheetPupil]

    @classmethod
    def of(cls, picture: SheetPicture) -> Self:
        sheet, no_service = picture.roll.sheet, picture.roll.no_service
        is_off = sheet.state is SheetState.OPEN and no_service is not None
        return cls(
            class_id=sheet.class_id,
            school_id=sheet.school_id,
            day=sheet.day,
            state="no-service" if is_off else sheet.state.value,
            reason=no_service,
            version=sheet.version,
            as_of=picture.as_of,
            pupils=_pupils(picture),
        )


def _pupils(picture: SheetPicture) -> list[SheetPupil]:
    """In the order of the class register: family name, given name."""

    def register_order(pupil_id: PupilId) -> tuple[str, str, str]:
        name = picture.names.get(pupil_id, NO_NAME)
        return name.family_name.casefold(), name.given_name.casefold(), pupil_id

    return [
        SheetPupil.of(picture.roll.days[pupil_id], picture.names.get(pupil_id, NO_NAME))
        for pupil_id in sorted(picture.roll.days, key=register_order)
    ]


class ResultShape(BaseModel):
    """What became of a command. A refused one has `reason` (stable, for machines) and `message` (for people)."""

    command_id: str
    outcome: str
    reason: str | None = None
    message: str | None = None

    @classmethod
    def of(cls, result: CommandResult) -> Self:
        return cls(
            command_id=result.command_id,
            outcome=result.outcome.value,
            reason=result.refusal.slug if result.refusal else None,
            message=result.refusal.message if result.refusal else None,
        )


class MarkedSheet(BaseModel):
    """The results of a request, in its order, and the sheet after it."""

    results: list[ResultShape]
    sheet: SheetShape


class DayShape(BaseModel):
    """One day of a child. `meal_id` and `kind` only when a meal was served."""

    day: date
    mark: str
    marked_at: datetime | None
    marked_by: str | None
    meal_id: str | None = None
    kind: str | None = None

    @classmethod
    def of(cls, known: PupilDay) -> Self:
        return cls(
            day=known.day,
            mark=known.mark.value,
            marked_at=known.recorded_at,
            marked_by=known.marked_by.value if known.marked_by else None,
            meal_id=known.meal.meal_id if known.meal else None,
            kind=known.kind,
        )
