"""A child's days, for the family; corrections, for the office."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from attendance.domain.identifiers import AccountId, ClassId, PupilId
from attendance.domain.mark import Mark, MealKind
from attendance.inbound.callers import IDENTIFIER, PREFIX, Clerk, FamilyOrOffice, PathId, actor
from attendance.inbound.shapes import DayShape, Items
from attendance.usecases.correct_mark import Correction, correct_mark
from attendance.usecases.families import families_of
from attendance.usecases.ports import Ports, Reads
from attendance.usecases.show_pupil_days import show_pupil_days
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

DEFAULT_PERIOD: Final = timedelta(days=30)

BodyId = Annotated[str, Field(pattern=IDENTIFIER)]


class CorrectionBody(BaseModel):
    """What the mark should have been, and why: a short text the family reads, without personal data."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    class_id: BodyId
    day: date
    pupil_id: BodyId
    mark: Literal["present", "absent"]
    kind: MealKind = MealKind.FULL
    reason: Annotated[str, Field(min_length=3, max_length=200)]


class CorrectionAnswer(DayShape):
    """The day after the correction."""

    pupil_id: str


def router(run: Runner[Ports], reads: Reads, clock: Clock, readings: Readings) -> APIRouter:
    """A guardian reaches only their own children, and those whose second guardian they are."""
    routes = APIRouter(prefix=PREFIX, tags=["days"])

    @routes.get("/pupils/{pupil_id}/days")
    async def days(
        caller: FamilyOrOffice,
        pupil_id: PathId,
        first: Annotated[date | None, Query(alias="from")] = None,
        last: Annotated[date | None, Query(alias="to")] = None,
    ) -> Items[DayShape]:
        last = last or rome_day(clock.now())
        found = await show_pupil_days(
            reads,
            PupilId(pupil_id),
            first=first or last - DEFAULT_PERIOD,
            last=last,
            guardian_id=None if caller.has("office", "administrator") else AccountId(caller.subject),
        )
        families = await families_of(reads, await reads.enrolments_of(PupilId(pupil_id)))
        await readings.note(caller, "days-read", families, of=pupil_id)
        return Items(items=[DayShape.of(each) for each in found])

    @routes.post("/corrections")
    async def correct(caller: Clerk, body: CorrectionBody) -> CorrectionAnswer:
        correction = Correction(
            class_id=ClassId(body.class_id),
            day=body.day,
            pupil_id=PupilId(body.pupil_id),
            mark=Mark(body.mark),
            kind=body.kind,
            reason=body.reason,
        )
        corrected = await run(correct_mark, correction, by=actor(caller))
        return CorrectionAnswer(**dict(DayShape.of(corrected)), pupil_id=body.pupil_id)

    return routes
