"""The office closes schools and excuses classes."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from enrollment.domain.identifiers import ClassId, SchoolId
from enrollment.inbound.callers import IDENTIFIER, PREFIX, Clerk, PathId, actor
from enrollment.usecases.close_school_day import close_school_day
from enrollment.usecases.excuse_class import excuse_class
from enrollment.usecases.ports import Ports
from enrollment.usecases.reopen_school_day import reopen_school_day
from refettorio_chassis.transaction import Runner

Reason = Annotated[str, Field(min_length=3, max_length=200, description="Short and public: no personal data")]
BodyId = Annotated[str, Field(pattern=IDENTIFIER)]


class ClosureBody(BaseModel):
    """A school has no service on `day` (Europe/Rome)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    school_id: BodyId
    day: date
    reason: Reason


class ClosureAnswer(BaseModel):
    """A closure as it is now."""

    school_id: str
    day: date
    reason: str
    closed: bool


class ExcuseBody(BaseModel):
    """A class has no service on `day` (Europe/Rome)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    class_id: BodyId
    day: date
    reason: Reason


class ExcuseAnswer(BaseModel):
    """An excuse as it is now."""

    class_id: str
    school_id: str
    day: date
    reason: str


def router(run: Runner[Ports]) -> APIRouter:
    """For clerks."""
    routes = APIRouter(prefix=PREFIX, tags=["calendar"])

    @routes.post("/closures", status_code=201)
    async def close(caller: Clerk, body: ClosureBody) -> ClosureAnswer:
        closure = await run(close_school_day, SchoolId(body.school_id), body.day, reason=body.reason, by=actor(caller))
        return ClosureAnswer(school_id=body.school_id, day=body.day, reason=closure.reason, closed=True)

    @routes.delete("/closures/{school_id}/{day}")
    async def reopen(caller: Clerk, school_id: PathId, day: date) -> ClosureAnswer:
        closure = await run(reopen_school_day, SchoolId(school_id), day, by=actor(caller))
        return ClosureAnswer(school_id=school_id, day=day, reason=closure.reason, closed=False)

    @routes.post("/excuses", status_code=201)
    async def excuse(caller: Clerk, body: ExcuseBody) -> ExcuseAnswer:
        excused = await run(excuse_class, ClassId(body.class_id), body.day, reason=body.reason, by=actor(caller))
        return ExcuseAnswer(class_id=body.class_id, school_id=excused.school_id, day=body.day, reason=excused.reason)

    return routes
