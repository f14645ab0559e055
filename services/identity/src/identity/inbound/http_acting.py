"""Acting for a guardian: a delegate begins it, or a clerk at the counter; whoever acts ends it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints

from identity.domain.delegation import SEE
from identity.domain.roles import GUARDIAN, OFFICE
from identity.usecases.act_for_guardian import act_as_delegate, act_at_counter, stop_acting
from identity.usecases.ports import Ports
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.transaction import Runner

Person = Annotated[Caller, Depends(caller_with(GUARDIAN))]
Clerk = Annotated[Caller, Depends(caller_with(OFFICE))]
WhoeverActs = Annotated[Caller, Depends(caller_with(GUARDIAN, acting=SEE))]
"""Everybody who acts has `see`."""


class ByDelegation(BaseModel):
    """One of the delegations the caller received."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delegation_id: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class AtCounter(BaseModel):
    """Why: it stays in the audit, and the guardian reads that a clerk acted for them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


def acting_router(run: Runner[Ports]) -> APIRouter:
    """`/api/identity/v1/me/acting`, `…/people/{guardian_id}/acting`."""
    router = APIRouter(prefix="/api/identity/v1", tags=["acting"])

    @router.put("/me/acting", status_code=HTTPStatus.NO_CONTENT)
    async def as_delegate(wanted: ByDelegation, caller: Person) -> None:
        """Act, in this session, for who gave the caller a delegation."""
        by = caller.acting_as(GUARDIAN)
        await run(act_as_delegate, delegation_id=wanted.delegation_id, session=caller.session, by=by)

    @router.post("/people/{guardian_id}/acting", status_code=HTTPStatus.NO_CONTENT)
    async def at_counter(guardian_id: str, wanted: AtCounter, caller: Clerk) -> None:
        """Act, in this session and for half an hour, for a guardian who is at the counter."""
        by = caller.acting_as(OFFICE)
        await run(act_at_counter, guardian_id=guardian_id, reason=wanted.reason, session=caller.session, by=by)

    @router.delete("/me/acting", status_code=HTTPStatus.NO_CONTENT)
    async def stop(caller: WhoeverActs) -> None:
        """Be oneself again."""
        await run(stop_acting, session=caller.session, person=caller.acting_as(GUARDIAN).person)

    return router
