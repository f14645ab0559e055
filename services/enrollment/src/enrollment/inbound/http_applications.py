"""A guardian's applications."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from enrollment.domain.errors import ApplicationNotFoundError
from enrollment.domain.identifiers import ApplicationId, FormId, GuardianId
from enrollment.inbound.callers import PREFIX, AtCounter, PathId
from enrollment.inbound.shapes import ApplicationShape, Items
from enrollment.usecases.ports import Ports, Reads
from enrollment.usecases.submit_application import Submission, submit_application
from enrollment.usecases.withdraw_application import withdraw_application
from refettorio_chassis.transaction import Runner


class SubmissionBody(BaseModel):
    """A form filled in. Answers by field name; texts as they were written, ticks as booleans."""

    model_config = ConfigDict(extra="forbid")

    form_id: Annotated[str, Field(min_length=1, max_length=60)]
    answers: Annotated[dict[str, StrictStr | StrictBool | None], Field(max_length=60)]
    idempotency_key: Annotated[str | None, Field(min_length=8, max_length=100)] = None


def router(run: Runner[Ports], reads: Reads) -> APIRouter:
    """Only the caller's own applications can be reached."""
    routes = APIRouter(prefix=f"{PREFIX}/applications", tags=["applications"])

    @routes.post("", status_code=201)
    async def submit(caller: AtCounter, body: SubmissionBody) -> ApplicationShape:
        submission = Submission(
            guardian_id=GuardianId(caller.subject),
            form_id=FormId(body.form_id),
            answers={name: answer for name, answer in body.answers.items() if answer is not None},
            idempotency_key=body.idempotency_key,
        )
        application = await run(submit_application, submission, by=caller.acting_as("guardian"))
        return ApplicationShape.of(application).answered(application)

    @routes.get("")
    async def mine(caller: AtCounter) -> Items[ApplicationShape]:
        found = await reads.applications_of(GuardianId(caller.subject))
        return Items(items=[ApplicationShape.of(application) for application in found])

    @routes.get("/{application_id}")
    async def one(caller: AtCounter, application_id: PathId) -> ApplicationShape:
        application = await reads.application(ApplicationId(application_id))
        if application is None or application.guardian_id != caller.subject:
            raise ApplicationNotFoundError("Questa domanda non esiste.", application_id=application_id)
        return ApplicationShape.of(application).answered(application)

    @routes.post("/{application_id}/withdraw")
    async def withdraw(caller: AtCounter, application_id: PathId) -> ApplicationShape:
        application = await run(
            withdraw_application,
            ApplicationId(application_id),
            guardian_id=GuardianId(caller.subject),
            by=caller.acting_as("guardian"),
        )
        return ApplicationShape.of(application).answered(application)

    return routes
