"""Requests of erasure: a person's own, and those the office has to answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints

from identity.domain.erasure import ErasureRequest, answer_by
from identity.domain.guardian import Guardian
from identity.domain.roles import ADMINISTRATOR, GUARDIAN, OFFICE
from identity.usecases.ask_erasure import ask_erasure, withdraw_erasure
from identity.usecases.decide_erasure import decide_erasure
from identity.usecases.ports import Ports
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

Person = Annotated[Caller, Depends(caller_with(GUARDIAN))]
"""Nobody who acts for them: what is erased does not come back."""
Clerk = Annotated[Caller, Depends(caller_with(OFFICE, ADMINISTRATOR))]


class Decision(BaseModel):
    """The person reads `reason`; it stays in the audit too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    is_granted: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)


class OwnErasureItem(_Given):
    """`state`: `open`, `withdrawn`, `granted` or `refused`. The answer is due by `answer_by`, a Rome day."""

    request_id: str
    asked_at: datetime
    answer_by: date
    state: str
    reason: str | None
    decided_at: datetime | None


class OwnErasureList(_Given):
    """The latest first."""

    items: list[OwnErasureItem]


class WaitingErasureItem(_Given):
    """A request that waits for its answer; `is_mine`: the caller asked it and cannot answer it."""

    request_id: str
    guardian_id: str
    given_name: str
    family_name: str
    fiscal_code: str
    asked_at: datetime
    answer_by: date
    is_mine: bool


class WaitingErasureList(_Given):
    """The one to answer first before the others."""

    items: list[WaitingErasureItem]


class Reading(Protocol):
    """What these routes read."""

    async def guardians_in(self, guardian_ids: Collection[str]) -> Mapping[str, Guardian]: ...
    async def erasures_of(self, guardian_id: str) -> Sequence[ErasureRequest]: ...
    async def waiting_erasures(self) -> Sequence[ErasureRequest]: ...


def own_erasures_router(run: Runner[Ports], reading: Reading) -> APIRouter:
    """`/api/identity/v1/me/erasure-requests`."""
    router = APIRouter(prefix="/api/identity/v1/me/erasure-requests", tags=["privacy"])

    @router.get("")
    async def own(caller: Person) -> OwnErasureList:
        """What the caller asked, and what came of it."""
        return OwnErasureList(items=[own_erasure(each) for each in await reading.erasures_of(caller.subject)])

    @router.post("", status_code=HTTPStatus.CREATED)
    async def ask(caller: Person) -> OwnErasureItem:
        """Ask for the erasure of what need not be kept; one request waits at a time."""
        return own_erasure(await run(ask_erasure, by=caller.acting_as(GUARDIAN)))

    @router.delete("/{request_id}", status_code=HTTPStatus.NO_CONTENT)
    async def withdraw(request_id: str, caller: Person) -> None:
        """Take it back while it waits."""
        await run(withdraw_erasure, request_id=request_id, by=caller.acting_as(GUARDIAN))

    return router


def erasures_router(run: Runner[Ports], reading: Reading, readings: Readings) -> APIRouter:
    """`/api/identity/v1/erasure-requests`."""
    router = APIRouter(prefix="/api/identity/v1/erasure-requests", tags=["privacy"])

    @router.get("")
    async def waiting(caller: Clerk) -> WaitingErasureList:
        """Those that wait for an answer; who asked can read who looked."""
        found = await reading.waiting_erasures()
        people = await reading.guardians_in({each.guardian_id for each in found})
        await readings.note(caller, "erasures-read", people)
        items = [_waiting(each, people[each.guardian_id], caller) for each in found if each.guardian_id in people]
        return WaitingErasureList(items=items)

    @router.put("/{request_id}/decision", status_code=HTTPStatus.NO_CONTENT)
    async def decide(request_id: str, told: Decision, caller: Clerk) -> None:
        """Grant it, which erases at once, or refuse it."""
        by = caller.acting_as(OFFICE, ADMINISTRATOR)
        await run(decide_erasure, request_id=request_id, is_granted=told.is_granted, reason=told.reason, by=by)

    return router


def own_erasure(request: ErasureRequest) -> OwnErasureItem:
    """As who asked it reads it."""
    return OwnErasureItem(
        request_id=request.request_id,
        asked_at=request.asked_at,
        answer_by=answer_by(rome_day(request.asked_at)),
        state=request.state,
        reason=request.reason,
        decided_at=request.decided_at,
    )


def _waiting(request: ErasureRequest, guardian: Guardian, caller: Caller) -> WaitingErasureItem:
    return WaitingErasureItem(
        request_id=request.request_id,
        guardian_id=guardian.guardian_id,
        given_name=guardian.given_name,
        family_name=guardian.family_name,
        fiscal_code=guardian.fiscal_code,
        asked_at=request.asked_at,
        answer_by=answer_by(rome_day(request.asked_at)),
        is_mine=request.guardian_id == caller.subject,
    )
