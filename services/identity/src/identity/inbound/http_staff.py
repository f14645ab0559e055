"""The staff and their roles: for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Response

from identity.domain.proposal import PROPOSAL_LIMIT, StaffProposal
from identity.domain.roles import ADMINISTRATOR, Reach, StaffGrant
from identity.inbound.shapes import GrantItem, GrantList, NewGrant, ProposalItem, ProposalList
from identity.usecases.decide_staff_roles import decide_staff_roles
from identity.usecases.ports import Ports
from identity.usecases.settle_staff_proposal import confirm_staff_proposal, dismiss_staff_proposal
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.transaction import Runner

Administrator = Annotated[Caller, Depends(caller_with(ADMINISTRATOR))]


class Reading(Protocol):
    """What these routes read."""

    async def grants(self) -> Sequence[StaffGrant]: ...
    async def proposals(self) -> Sequence[StaffProposal]: ...


def staff_router(run: Runner[Ports], reading: Reading, clock: Clock) -> APIRouter:
    """`/api/identity/v1/staff`."""
    router = APIRouter(prefix="/api/identity/v1/staff", tags=["staff"])

    @router.get("")
    async def staff(_caller: Administrator) -> GrantList:
        """Everyone who has a role, and who had one until a day that is over."""
        today = rome_day(clock.now())
        return GrantList(items=[_item(grant, today) for grant in await reading.grants()])

    @router.post("", status_code=HTTPStatus.CREATED, responses={HTTPStatus.ACCEPTED: {"model": ProposalItem}})
    async def grant(wanted: NewGrant, caller: Administrator, response: Response) -> GrantItem | ProposalItem:
        """Set the roles of a person, who need not have signed in yet. 202: another administrator must confirm."""
        made = await run(
            decide_staff_roles,
            code=wanted.fiscal_code,
            roles=wanted.roles,
            reach=_reach(wanted),
            last_day=wanted.last_day,
            by=caller.acting_as(ADMINISTRATOR),
        )
        if isinstance(made, StaffGrant):
            return _item(made, rome_day(clock.now()))
        response.status_code = HTTPStatus.ACCEPTED
        return _waiting(made, caller)

    _add_proposals(router, run, reading, clock)
    return router


def _add_proposals(router: APIRouter, run: Runner[Ports], reading: Reading, clock: Clock) -> None:
    @router.get("/proposals")
    async def proposals(caller: Administrator) -> ProposalList:
        """What waits for a second administrator."""
        now = clock.now()
        return ProposalList(items=[_waiting(each, caller) for each in await reading.proposals() if each.is_open(now)])

    @router.post("/proposals/{staff_id}/confirm")
    async def confirm(staff_id: str, caller: Administrator) -> GrantItem:
        """Give the roles another administrator proposed."""
        made = await run(confirm_staff_proposal, staff_id=staff_id, by=caller.acting_as(ADMINISTRATOR))
        return _item(made, rome_day(clock.now()))

    @router.delete("/proposals/{staff_id}", status_code=HTTPStatus.NO_CONTENT)
    async def dismiss(staff_id: str, caller: Administrator) -> None:
        """Forget a proposal."""
        await run(dismiss_staff_proposal, staff_id=staff_id, by=caller.acting_as(ADMINISTRATOR))


def _reach(wanted: NewGrant) -> Reach:
    return Reach(classes=frozenset(wanted.classes), schools=frozenset(wanted.schools), lines=frozenset(wanted.lines))


def _item(grant: StaffGrant, today: date) -> GrantItem:
    return GrantItem(
        staff_id=grant.staff_id,
        fiscal_code=grant.fiscal_code,
        roles=sorted(grant.roles),
        classes=sorted(grant.classes),
        schools=sorted(grant.schools),
        lines=sorted(grant.lines),
        granted_at=grant.granted_at,
        granted_by=grant.granted_by,
        last_day=grant.last_day,
        holds=grant.holds(today),
    )


def _waiting(proposal: StaffProposal, caller: Caller) -> ProposalItem:
    return ProposalItem(
        staff_id=proposal.staff_id,
        fiscal_code=proposal.fiscal_code,
        roles=sorted(proposal.roles),
        classes=sorted(proposal.classes),
        schools=sorted(proposal.schools),
        lines=sorted(proposal.lines),
        last_day=proposal.last_day,
        proposed_at=proposal.proposed_at,
        proposed_by=proposal.proposed_by,
        lapses_at=proposal.proposed_at + PROPOSAL_LIMIT,
        is_mine=proposal.proposed_by == caller.subject,
    )
