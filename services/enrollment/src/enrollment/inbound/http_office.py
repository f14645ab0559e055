"""The office decides on applications."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from enrollment.domain.application import State
from enrollment.domain.errors import ApplicationNotFoundError
from enrollment.domain.identifiers import ApplicationId, Service
from enrollment.inbound.callers import PREFIX, Clerk, OfficeReader, PathId, actor
from enrollment.inbound.shapes import Items, OfficeApplication
from enrollment.usecases.accept_application import accept_application
from enrollment.usecases.ports import ApplicationFilter, Ports, Reads
from enrollment.usecases.reject_application import reject_application
from enrollment.usecases.review_application import review_application
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner


class AcceptBody(BaseModel):
    """`note` stays inside the office."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str | None, Field(max_length=500)] = None


class RejectBody(BaseModel):
    """`reason` is what the family reads."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Annotated[str, Field(min_length=10, max_length=500)]


def router(run: Runner[Ports], reads: Reads, readings: Readings) -> APIRouter:
    """For clerks; an empty filter means all."""
    routes = APIRouter(prefix=f"{PREFIX}/office/applications", tags=["office"])

    @routes.get("")
    async def applications(
        caller: OfficeReader,
        state: State | Literal[""] | None = None,
        service: Service | Literal[""] | None = None,
        school_year: Annotated[str | None, Query(max_length=10)] = None,
    ) -> Items[OfficeApplication]:
        wanted = ApplicationFilter(state=state or None, service=service or None, school_year=school_year or None)
        found = await reads.applications(wanted)
        await readings.note(caller, "applications-listed", (each.guardian_id for each in found))
        return Items(items=[OfficeApplication.of(each) for each in found])

    @routes.get("/{application_id}")
    async def one(caller: OfficeReader, application_id: PathId) -> OfficeApplication:
        application = await reads.application(ApplicationId(application_id))
        if application is None:
            raise ApplicationNotFoundError("Questa domanda non esiste.", application_id=application_id)
        await readings.note(caller, "application-read", [application.guardian_id], of=application_id)
        return OfficeApplication.of(application).answered(application)

    @routes.post("/{application_id}/review")
    async def review(caller: Clerk, application_id: PathId) -> OfficeApplication:
        application = await run(review_application, ApplicationId(application_id), by=actor(caller))
        return OfficeApplication.of(application).answered(application)

    @routes.post("/{application_id}/accept")
    async def accept(caller: Clerk, application_id: PathId, body: AcceptBody | None = None) -> OfficeApplication:
        note = body.note if body else None
        application = await run(accept_application, ApplicationId(application_id), by=actor(caller), note=note)
        return OfficeApplication.of(application).answered(application)

    @routes.post("/{application_id}/reject")
    async def reject(caller: Clerk, application_id: PathId, body: RejectBody) -> OfficeApplication:
        application = await run(reject_application, ApplicationId(application_id), reason=body.reason, by=actor(caller))
        return OfficeApplication.of(application).answered(application)

    return routes
