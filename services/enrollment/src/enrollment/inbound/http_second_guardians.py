"""The second guardian of a pupil: named, accepted, the shares of the costs, and the end of it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from enrollment.domain.identifiers import GuardianId, PupilId, SecondGuardianId
from enrollment.domain.second_guardian import SecondGuardian, Shares
from enrollment.inbound.callers import PREFIX, AtCounter, Clerk, Family, PathId, Why, actor
from enrollment.inbound.second_guardian_shapes import OfficeSecondGuardian, SecondGuardianItem
from enrollment.inbound.shapes import Items
from enrollment.usecases.answer_naming import accept_naming, decline_naming
from enrollment.usecases.answer_shares import accept_shares, decline_shares
from enrollment.usecases.end_second_guardian import end_by_office, end_second_guardian
from enrollment.usecases.name_second_guardian import Naming, name_second_guardian
from enrollment.usecases.ports import Ports, Reads
from enrollment.usecases.propose_shares import SharesWanted, propose_shares
from enrollment.usecases.show_second_guardians import (
    SeenSecondGuardian,
    for_office,
    seen_by,
    show_second_guardians,
)
from refettorio_chassis.audit import Actor
from refettorio_chassis.auth import Caller
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Runner

DELEGATE: Final = "delegate"
Percent = Annotated[int, Field(ge=0, le=100, description="Whole percent of every cost; the holder bears the rest")]


class NamingBody(BaseModel):
    """Another adult, by the code on their card, and the share they are asked to bear; 0: they only see the pupil."""

    model_config = ConfigDict(extra="forbid")

    fiscal_code: Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]
    second_percent: Percent


class SharesBody(BaseModel):
    """From `valid_from` (Europe/Rome) on, if the other one agrees; to agree, they are sent as they were read."""

    model_config = ConfigDict(extra="forbid")

    second_percent: Percent
    valid_from: date

    @property
    def shares(self) -> Shares:
        return Shares(second_percent=self.second_percent, valid_from=self.valid_from)


class EndBody(BaseModel):
    """Why the office ends it."""

    model_config = ConfigDict(extra="forbid")

    reason: Why


class Step(Protocol):
    """What one of the two does."""

    def __call__(
        self, ports: Ports, second_guardian_id: SecondGuardianId, /, *, guardian_id: GuardianId, by: Actor
    ) -> Awaitable[SecondGuardian]: ...


@dataclass(frozen=True, slots=True)
class Showing:
    """Does what the caller wants and answers with what they may see of it afterwards."""

    run: Runner[Ports]
    reads: Reads
    clock: Clock

    async def after(self, caller: Caller, step: Step, second_guardian_id: str) -> SecondGuardianItem:
        guardian_id = GuardianId(caller.subject)
        by = caller.acting_as("guardian")
        second = await self.run(step, SecondGuardianId(second_guardian_id), guardian_id=guardian_id, by=by)
        return await self.shown(caller, second)

    async def shown(self, caller: Caller, second: SecondGuardian) -> SecondGuardianItem:
        [seen] = await seen_by(self.reads, self.clock, GuardianId(caller.subject), [second])
        return SecondGuardianItem.of(seen)


def router(run: Runner[Ports], reads: Reads, clock: Clock) -> APIRouter:
    """For the two of them; for everybody else there is none. At the counter a clerk does it in the place of one."""
    routes = APIRouter(prefix=PREFIX, tags=["second guardians"])
    showing = Showing(run, reads, clock)

    @routes.get("/second-guardians")
    async def mine(caller: Family) -> Items[SecondGuardianItem]:
        found = await show_second_guardians(reads, clock, GuardianId(caller.subject))
        if caller.acting is not None and caller.acting.capacity == DELEGATE:
            return Items(items=[_for_delegate(each) for each in found if each.is_for_delegates])
        return Items(items=[SecondGuardianItem.of(each) for each in found])

    @routes.post("/pupils/{pupil_id}/second-guardian", status_code=201)
    async def name(caller: AtCounter, pupil_id: PathId, body: NamingBody) -> SecondGuardianItem:
        naming = Naming(
            holder_id=GuardianId(caller.subject),
            pupil_id=PupilId(pupil_id),
            fiscal_code=body.fiscal_code,
            second_percent=body.second_percent,
        )
        return await showing.shown(caller, await run(name_second_guardian, naming, by=caller.acting_as("guardian")))

    @routes.post("/office/second-guardians/{second_guardian_id}/end", tags=["office"])
    async def end(caller: Clerk, second_guardian_id: PathId, body: EndBody) -> OfficeSecondGuardian:
        ended = await run(end_by_office, SecondGuardianId(second_guardian_id), reason=body.reason, by=actor(caller))
        [named] = await for_office(reads, clock, [ended])
        return OfficeSecondGuardian.of(named)

    _add_answers(routes, showing)
    _add_shares(routes, showing)
    return routes


def _for_delegate(seen: SeenSecondGuardian) -> SecondGuardianItem:
    """Who the holder means is told to the holder, and not to who looks in their place."""
    return SecondGuardianItem.of(seen).model_copy(update={"fiscal_code": None})


def _add_answers(routes: APIRouter, showing: Showing) -> None:
    @routes.post("/second-guardians/{second_guardian_id}/accept")
    async def accept(caller: AtCounter, second_guardian_id: PathId) -> SecondGuardianItem:
        return await showing.after(caller, accept_naming, second_guardian_id)

    @routes.post("/second-guardians/{second_guardian_id}/decline")
    async def decline(caller: AtCounter, second_guardian_id: PathId) -> SecondGuardianItem:
        return await showing.after(caller, decline_naming, second_guardian_id)

    @routes.post("/second-guardians/{second_guardian_id}/end")
    async def end(caller: AtCounter, second_guardian_id: PathId) -> SecondGuardianItem:
        return await showing.after(caller, end_second_guardian, second_guardian_id)


def _wanted(caller: Caller, second_guardian_id: str, body: SharesBody) -> SharesWanted:
    return SharesWanted(
        second_guardian_id=SecondGuardianId(second_guardian_id),
        shares=body.shares,
        guardian_id=GuardianId(caller.subject),
    )


def _add_shares(routes: APIRouter, showing: Showing) -> None:
    @routes.post("/second-guardians/{second_guardian_id}/shares")
    async def propose(caller: AtCounter, second_guardian_id: PathId, body: SharesBody) -> SecondGuardianItem:
        wanted = _wanted(caller, second_guardian_id, body)
        return await showing.shown(caller, await showing.run(propose_shares, wanted, by=caller.acting_as("guardian")))

    @routes.post("/second-guardians/{second_guardian_id}/shares/accept")
    async def accept(caller: AtCounter, second_guardian_id: PathId, body: SharesBody) -> SecondGuardianItem:
        read = _wanted(caller, second_guardian_id, body)
        return await showing.shown(caller, await showing.run(accept_shares, read, by=caller.acting_as("guardian")))

    @routes.post("/second-guardians/{second_guardian_id}/shares/decline")
    async def decline(caller: AtCounter, second_guardian_id: PathId) -> SecondGuardianItem:
        return await showing.after(caller, decline_shares, second_guardian_id)
