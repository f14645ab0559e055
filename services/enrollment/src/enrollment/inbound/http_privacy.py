"""What a guardian may know of what is kept here: who of the staff read it, and all of it in one piece."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from enrollment.domain.identifiers import GuardianId
from enrollment.inbound.callers import PREFIX, Guardian
from enrollment.inbound.second_guardian_shapes import OwnSecondGuardian
from enrollment.inbound.shapes import ApplicationShape, PupilShape
from enrollment.usecases.ports import Reads
from enrollment.usecases.show_second_guardians import all_seen_by
from refettorio_chassis.clock import Clock
from refettorio_chassis.readings import Access, Accesses, Readings


class OwnApplication(ApplicationShape):
    """An application with its answers and the code it names.

    What the office noted for itself may be about others: it is given at the counter, after it was looked at.
    """

    pupil_fiscal_code: str = ""


class OwnData(BaseModel):
    """All that enrollment keeps about one guardian. Nothing can be attached to an application, so there is no list."""

    applications: list[OwnApplication]
    pupils: list[PupilShape]
    second_guardians: list[OwnSecondGuardian]
    debt_cents: int
    accesses: list[Access]


def router(reads: Reads, clock: Clock, readings: Readings) -> APIRouter:
    """`…/me/access-log` and `…/me/export`."""
    routes = APIRouter(prefix=f"{PREFIX}/me", tags=["privacy"])

    async def seen_by_staff(guardian_id: GuardianId) -> list[Access]:
        applications = await reads.applications_of(guardian_id)
        pupils = await reads.pupils_of(guardian_id)
        own = [each.enrolment_id for pupil in pupils for each in pupil.enrolled_by(guardian_id)]
        things = [*(each.application_id for each in applications), *(each.pupil_id for each in pupils), *own]
        things += [each.second.second_guardian_id for each in await all_seen_by(reads, clock, guardian_id)]
        return list(await readings.about(guardian_id, things, merged=await reads.merged_into(guardian_id)))

    @routes.get("/access-log")
    async def accesses(caller: Guardian) -> Accesses:
        return Accesses(items=await seen_by_staff(GuardianId(caller.subject)))

    @routes.get("/export")
    async def export(caller: Guardian) -> OwnData:
        guardian_id = GuardianId(caller.subject)
        applications = [
            OwnApplication.of(each).answered(each).model_copy(update={"pupil_fiscal_code": each.pupil.fiscal_code})
            for each in await reads.applications_of(guardian_id)
        ]
        pupils = await reads.pupils_of(guardian_id)
        return OwnData(
            applications=applications,
            pupils=[PupilShape.of(each, each.enrolled_by(guardian_id)) for each in pupils],
            second_guardians=[OwnSecondGuardian.of(each) for each in await all_seen_by(reads, clock, guardian_id)],
            debt_cents=(await reads.holder(guardian_id)).debt_cents,
            accesses=await seen_by_staff(guardian_id),
        )

    return routes
