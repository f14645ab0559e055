"""What the office changes during the year: who leaves a service, who changes class, who rides another way."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from enrollment.domain.errors import PupilNotFoundError
from enrollment.domain.form import Ride
from enrollment.domain.identifiers import ClassId, EnrolmentId, PupilId
from enrollment.inbound.callers import IDENTIFIER, PREFIX, Clerk, OfficeReader, PathId, Why, actor
from enrollment.inbound.second_guardian_shapes import OfficeSecondGuardian
from enrollment.inbound.shapes import PupilShape
from enrollment.usecases.change_ride import RideChange, change_ride
from enrollment.usecases.end_enrolment import Leaving, end_enrolment
from enrollment.usecases.move_pupil import Move, move_pupil
from enrollment.usecases.ports import Ports, Reads
from enrollment.usecases.show_second_guardians import for_office, recent
from refettorio_chassis.clock import Clock
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner


class LeavingBody(BaseModel):
    """`last_day` is the last on which the service is used."""

    model_config = ConfigDict(extra="forbid")

    last_day: date
    reason: Why


class MoveBody(BaseModel):
    """From `first_day` on, for every service used on that day."""

    model_config = ConfigDict(extra="forbid")

    class_id: Annotated[str, StringConstraints(pattern=IDENTIFIER)]
    first_day: date
    reason: Why


class RideBody(BaseModel):
    """From `first_day` on."""

    model_config = ConfigDict(extra="forbid")

    ride: Ride
    first_day: date
    reason: Why


class OfficePupil(PupilShape):
    """With who else sees them, or was named to; what is over is shown for a year."""

    second_guardians: list[OfficeSecondGuardian]


def router(run: Runner[Ports], reads: Reads, clock: Clock, readings: Readings) -> APIRouter:
    """For clerks."""
    routes = APIRouter(prefix=f"{PREFIX}/office/pupils/{{pupil_id}}", tags=["office"])

    @routes.get("")
    async def one(caller: OfficeReader, pupil_id: PathId) -> OfficePupil:
        pupil = await reads.pupil(PupilId(pupil_id))
        if pupil is None or not pupil.enrolments:
            raise PupilNotFoundError("Questo alunno non esiste.", pupil_id=pupil_id)
        seconds = recent(clock, await reads.second_guardians_for(pupil.pupil_id))
        people = {each.account_id for each in pupil.enrolments}
        people |= {person for each in seconds for person in (each.holder_id, each.guardian_id) if person}
        await readings.note(caller, "pupil-read", people, of=pupil_id)
        named = [OfficeSecondGuardian.of(each) for each in await for_office(reads, clock, seconds)]
        return OfficePupil(**dict(PupilShape.of(pupil, pupil.enrolments)), second_guardians=named)

    @routes.post("/enrolments/{enrolment_id}/end")
    async def end(caller: Clerk, pupil_id: PathId, enrolment_id: PathId, body: LeavingBody) -> PupilShape:
        leaving = Leaving(
            pupil_id=PupilId(pupil_id),
            enrolment_id=EnrolmentId(enrolment_id),
            last_day=body.last_day,
            reason=body.reason,
        )
        pupil = await run(end_enrolment, leaving, by=actor(caller))
        return PupilShape.of(pupil, pupil.enrolments)

    @routes.post("/enrolments/{enrolment_id}/ride")
    async def ride(caller: Clerk, pupil_id: PathId, enrolment_id: PathId, body: RideBody) -> PupilShape:
        change = RideChange(
            pupil_id=PupilId(pupil_id),
            enrolment_id=EnrolmentId(enrolment_id),
            ride=body.ride,
            first_day=body.first_day,
            reason=body.reason,
        )
        pupil = await run(change_ride, change, by=actor(caller))
        return PupilShape.of(pupil, pupil.enrolments)

    @routes.post("/move")
    async def move(caller: Clerk, pupil_id: PathId, body: MoveBody) -> PupilShape:
        wanted = Move(
            pupil_id=PupilId(pupil_id),
            class_id=ClassId(body.class_id),
            first_day=body.first_day,
            reason=body.reason,
        )
        pupil = await run(move_pupil, wanted, by=actor(caller))
        return PupilShape.of(pupil, pupil.enrolments)

    return routes
