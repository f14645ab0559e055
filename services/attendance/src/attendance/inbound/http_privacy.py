"""What a guardian may know of what is kept here: who of the staff read or changed it, and all of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from attendance.domain.identifiers import AccountId
from attendance.inbound.callers import PREFIX
from attendance.inbound.shapes import DayShape
from attendance.usecases.ports import Reads
from attendance.usecases.show_deeds import deeds_about
from attendance.usecases.show_pupil_days import every_day_of
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.readings import Access, Accesses, Readings

Guardian = Annotated[Caller, Depends(caller_with("guardian"))]


class OwnPupil(BaseModel):
    """A child and the days marked, newest first.

    Those on which the guardian, or the holder whose second guardian they are, had them enrolled.
    """

    pupil_id: str
    given_name: str | None
    family_name: str | None
    days: list[DayShape]


class OwnData(BaseModel):
    """All that attendance keeps about one guardian's children."""

    pupils: list[OwnPupil]
    accesses: list[Access]


def router(reads: Reads, readings: Readings) -> APIRouter:
    """`…/me/access-log` and `…/me/export`."""
    routes = APIRouter(prefix=f"{PREFIX}/me", tags=["privacy"])

    async def seen_by_staff(guardian_id: AccountId) -> list[Access]:
        deeds, merged = await deeds_about(reads, guardian_id), await reads.merged_into(guardian_id)
        return list(await readings.about(guardian_id, deeds=deeds, merged=merged))

    @routes.get("/access-log")
    async def accesses(caller: Guardian) -> Accesses:
        return Accesses(items=await seen_by_staff(AccountId(caller.subject)))

    @routes.get("/export")
    async def export(caller: Guardian) -> OwnData:
        days = await every_day_of(reads, AccountId(caller.subject))
        names = await reads.names(list(days))
        return OwnData(
            pupils=[
                OwnPupil(
                    pupil_id=pupil_id,
                    given_name=names[pupil_id].given_name if pupil_id in names else None,
                    family_name=names[pupil_id].family_name if pupil_id in names else None,
                    days=[DayShape.of(each) for each in found],
                )
                for pupil_id, found in days.items()
            ],
            accesses=await seen_by_staff(AccountId(caller.subject)),
        )

    return routes
