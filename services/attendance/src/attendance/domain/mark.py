"""The mark of one pupil on one day, and the meal that follows from it.

Merging, written down: of all commands for one pupil and day the one recorded last wins, whichever tablet it comes from
and in whatever order they arrive; of two recorded in the same millisecond, the one with the greater command identifier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from attendance.domain.errors import NotOnRosterError
from attendance.domain.identifiers import AccountId, ClassId, CommandId, PupilId, SchoolId
from attendance.domain.role import Role
from attendance.domain.roster import Seat

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far a tablet's clock may run ahead before its time is taken for ours."""

TICK: Final = timedelta(milliseconds=1)
"""Instants are kept to the millisecond."""


class Mark(StrEnum):
    """What was seen of the pupil."""

    EXPECTED = "expected"
    PRESENT = "present"
    ABSENT = "absent"


class MealKind(StrEnum):
    """What was eaten; the tariff says what each costs. None of them says why: that would be a matter of health."""

    FULL = "full"
    LIGHT = "light"
    HALF = "half"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal:
    """One meal eaten, named for ever by pupil, day and number; seen at `marked_at` by `marked_by`."""

    pupil_id: PupilId
    day: date
    number: int
    account_id: AccountId
    school_id: SchoolId
    class_id: ClassId
    kind: MealKind = MealKind.FULL
    marked_at: datetime
    marked_by: Role

    @property
    def meal_id(self) -> str:
        """`<pupil>.<day>.<n>`."""
        return f"{self.pupil_id}.{self.day.isoformat()}.{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCommand:
    """Somebody saw the pupil at `recorded_at` (the device's clock, aware UTC); who is present eats a meal of `kind`.

    `operator`: who of the canteen saw it, on a tablet.
    """

    command_id: CommandId
    pupil_id: PupilId
    mark: Mark
    kind: MealKind = MealKind.FULL
    recorded_at: datetime
    operator: str | None = None


class Outcome(StrEnum):
    """What became of a command."""

    APPLIED = "applied"
    KNOWN = "known"
    SUPERSEDED = "superseded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilDay:
    """What is known of one pupil on one day. `version` counts the commands applied, `meals` the meals ever served."""

    pupil_id: PupilId
    day: date
    mark: Mark = Mark.EXPECTED
    version: int = 0
    recorded_at: datetime | None = None
    command_id: CommandId | None = None
    marked_by: Role | None = None
    operator: str | None = None
    meals: int = 0
    meal: Meal | None = None

    @property
    def kind(self) -> MealKind | None:
        """Of the meal that stands."""
        return self.meal.kind if self.meal is not None else None

    def is_newer(self, command: MarkCommand) -> bool:
        """Whether `command` was recorded after what is known."""
        if self.recorded_at is None or self.command_id is None:
            return True
        return (command.recorded_at, command.command_id) > (self.recorded_at, self.command_id)

    def marked(self, command: MarkCommand, *, seat: Seat | None, by: Role) -> PupilDay:
        """After `command`: present has a meal, absent has none, and no meal takes the name of an earlier one.

        A meal of another kind is another meal: the one that stood is taken back.

        `seat` says who pays; without one a meal can only be taken back. Raises NotOnRosterError.
        """
        meals, meal = self.meals, self.meal
        if command.mark is Mark.PRESENT and self.kind is not command.kind:
            if seat is None:
                raise NotOnRosterError("L'alunno non è in questa classe in questo giorno.", pupil_id=self.pupil_id)
            meals, meal = meals + 1, self._next_meal(seat, command, by)
        elif command.mark is not Mark.PRESENT:
            meal = None
        return replace(
            self,
            mark=command.mark,
            version=self.version + 1,
            recorded_at=command.recorded_at,
            command_id=command.command_id,
            marked_by=by,
            operator=command.operator,
            meals=meals,
            meal=meal,
        )

    def _next_meal(self, seat: Seat, command: MarkCommand, by: Role) -> Meal:
        return Meal(
            pupil_id=self.pupil_id,
            day=self.day,
            number=self.meals + 1,
            account_id=seat.account_id,
            school_id=seat.school_id,
            class_id=seat.class_id,
            kind=command.kind,
            marked_at=command.recorded_at,
            marked_by=by,
        )


def trusted_time(recorded_at: datetime, now: datetime) -> datetime:
    """The device's time to the millisecond; ours, when the device lives in the future."""
    told = now if recorded_at > now + CLOCK_TOLERANCE else recorded_at
    return told.replace(microsecond=told.microsecond // 1000 * 1000)


def after(known: PupilDay, now: datetime) -> datetime:
    """An instant at which a correction made `now` wins over what is known, even from a clock that runs ahead."""
    now = trusted_time(now, now)
    return now if known.recorded_at is None else max(now, known.recorded_at + TICK)
