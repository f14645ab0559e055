"""From what happened here to the events others read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attendance.domain.mark import Mark, Meal, PupilDay
from attendance.domain.sheet import Sheet
from attendance.usecases.ports import Announcer
from refettorio_contracts.attendance import MealServed, MealWithdrawn, SheetClosed, SheetReopened

MEALS = "meals"


def announce_meal(announcer: Announcer, before: PupilDay, now: PupilDay, *, at: datetime, reason: str) -> None:
    """Tell of the meal that a mark added or took away, if it did. `reason` is for a meal taken away."""
    if before.meal == now.meal:
        return
    if before.meal is not None:
        announcer.announce(_withdrawn(before.meal, at=at, reason=reason), sequence=now.version)
    if now.meal is not None:
        announcer.announce(_served(now.meal), sequence=now.version)


def _served(meal: Meal) -> MealServed:
    return MealServed(
        meal_id=meal.meal_id,
        account_id=meal.account_id,
        pupil_id=meal.pupil_id,
        day=meal.day,
        school_id=meal.school_id,
        class_id=meal.class_id,
        kind=meal.kind.value,
        marked_at=meal.marked_at,
        marked_by=meal.marked_by.value,
    )


def _withdrawn(meal: Meal, *, at: datetime, reason: str) -> MealWithdrawn:
    return MealWithdrawn(
        meal_id=meal.meal_id,
        account_id=meal.account_id,
        pupil_id=meal.pupil_id,
        day=meal.day,
        school_id=meal.school_id,
        class_id=meal.class_id,
        reason=reason,
        withdrawn_at=at,
    )


def sheet_closed(sheet: Sheet, pupils: Iterable[PupilDay]) -> SheetClosed:
    """The roll is complete."""
    marks = [each.mark for each in pupils]
    return SheetClosed(
        class_id=sheet.class_id,
        school_id=sheet.school_id,
        service=MEALS,
        day=sheet.day,
        present=marks.count(Mark.PRESENT),
        absent=marks.count(Mark.ABSENT),
    )


def sheet_reopened(sheet: Sheet, *, reason: str) -> SheetReopened:
    """The office opened it again."""
    return SheetReopened(
        class_id=sheet.class_id, school_id=sheet.school_id, service=MEALS, day=sheet.day, reason=reason
    )
