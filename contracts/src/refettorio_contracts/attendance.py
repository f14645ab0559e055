"""Facts told by the attendance service."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from refettorio_contracts.event import Code, Event, Identifier, Service
from refettorio_contracts.topics import MEALS, SHEETS, Topic


class _MealEvent(Event):
    TOPIC: ClassVar[Topic] = MEALS

    meal_id: Identifier
    account_id: Identifier
    pupil_id: Identifier
    day: date

    @property
    def subject(self) -> str:
        return f"meal/{self.meal_id}"

    @property
    def partition_key(self) -> str:
        return self.account_id


class MealServed(_MealEvent):
    """A pupil ate at school on `day` (Europe/Rome).

    `meal_id` names this one meal for ever: `<pupil>.<day>.<n>`.

    `kind` is `full`; readers must tolerate others (light meal, half portion).
    `marked_by` is the role that took the roll.
    """

    TYPE: ClassVar[str] = "it.refettorio.attendance.meal.served.v1"

    school_id: Identifier
    class_id: Identifier
    kind: Code = "full"
    marked_at: datetime
    marked_by: Code = "canteen"


class MealWithdrawn(_MealEvent):
    """A correction: the meal named was not eaten after all. A later meal of the same day gets a new `meal_id`."""

    TYPE: ClassVar[str] = "it.refettorio.attendance.meal.withdrawn.v1"

    school_id: Identifier
    class_id: Identifier
    reason: str
    withdrawn_at: datetime


class _SheetEvent(Event):
    TOPIC: ClassVar[Topic] = SHEETS

    class_id: Identifier
    school_id: Identifier
    service: Service
    day: date

    @property
    def subject(self) -> str:
        return f"sheet/{self.class_id}/{self.day.isoformat()}/{self.service}"

    @property
    def partition_key(self) -> str:
        return self.class_id


class SheetClosed(_SheetEvent):
    """The roll of one class, day and service is complete."""

    TYPE: ClassVar[str] = "it.refettorio.attendance.sheet.closed.v1"

    present: int
    absent: int


class SheetReopened(_SheetEvent):
    """The office opened a closed sheet again."""

    TYPE: ClassVar[str] = "it.refettorio.attendance.sheet.reopened.v1"

    reason: str
