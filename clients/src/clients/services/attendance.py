"""Attendance: sheets, corrections, the days of a pupil."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from clients.services.transport import Answer, Backend, Nothing, Question

Mark = Literal["expected", "present", "absent"]
MealKind = Literal["full", "light", "half", "staff"]


class RosterClass(Answer):
    """A class with pupils who eat."""

    class_id: str
    school_id: str = ""
    pupils: int = 0


class RosterClasses(Answer):
    """Classes of the roster."""

    items: tuple[RosterClass, ...]


class SheetPupil(Answer):
    """One line of a sheet; `marked_by` is a role, `operator_id` who of the canteen on a tablet."""

    pupil_id: str
    given_name: str
    family_name: str
    mark: Mark
    kind: str | None = None
    marked_at: datetime | None = None
    marked_by: str | None = None
    operator_id: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.family_name} {self.given_name}".strip()


class Sheet(Answer):
    """One class on one day (Europe/Rome)."""

    class_id: str
    day: date
    state: Literal["open", "closed", "no-service"]
    reason: str | None = None
    as_of: datetime
    pupils: tuple[SheetPupil, ...] = ()

    @property
    def has_operators(self) -> bool:
        """Whether an operator of a tablet made any of its marks."""
        return any(pupil.operator_id for pupil in self.pupils)


class Correction(Question):
    """A mark, or the kind of a meal, changed by the office."""

    class_id: str
    day: date
    pupil_id: str
    mark: Literal["present", "absent"]
    kind: MealKind = "full"
    reason: str


class Reopening(Question):
    """Why a sheet is opened again."""

    reason: str


class PupilDay(Answer):
    """One day of a child."""

    day: date
    mark: Mark
    marked_at: datetime | None = None
    marked_by: str | None = None
    meal_id: str | None = None
    kind: str | None = None


class PupilDays(Answer):
    """Days, oldest first."""

    items: tuple[PupilDay, ...]


@dataclass(frozen=True, slots=True)
class Attendance:
    """Calls to the attendance service; each may raise ServiceProblem."""

    backend: Backend

    async def classes(self) -> tuple[RosterClass, ...]:
        return (await self.backend.read("/api/attendance/v1/classes", RosterClasses)).items

    async def sheet(self, class_id: str, day: date) -> Sheet:
        return await self.backend.read(f"{_sheet(class_id, day)}", Sheet)

    async def close_sheet(self, class_id: str, day: date) -> None:
        await self.backend.send("POST", f"{_sheet(class_id, day)}/close", Nothing)

    async def reopen_sheet(self, class_id: str, day: date, reopening: Reopening) -> None:
        await self.backend.send("POST", f"{_sheet(class_id, day)}/reopen", Nothing, reopening)

    async def correct(self, correction: Correction) -> None:
        await self.backend.send("POST", "/api/attendance/v1/corrections", Nothing, correction)

    async def pupil_days(self, pupil_id: str, *, first: date, last: date) -> tuple[PupilDay, ...]:
        """Days of one pupil, both ends included."""
        query = {"from": first.isoformat(), "to": last.isoformat()}
        return (await self.backend.read(f"/api/attendance/v1/pupils/{pupil_id}/days", PupilDays, query)).items


def _sheet(class_id: str, day: date) -> str:
    return f"/api/attendance/v1/classes/{class_id}/sheets/{day.isoformat()}"
