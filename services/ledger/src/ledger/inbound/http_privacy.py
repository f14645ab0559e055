"""What a holder may know of what is kept here: who of the staff read it, and all of it in one piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from ledger.domain.dunning import Arrangement
from ledger.domain.refunds import Refund
from ledger.domain.transfers import Kind
from ledger.inbound.http_account import AccountDesk
from ledger.inbound.http_bodies import AccountView, EntryView, NoticeView
from ledger.inbound.http_dunning import ArrangementView, arrangement_view
from ledger.inbound.http_refunds import RefundView, refund_view
from ledger.inbound.rating_bodies import DeclarationView, declaration_views
from ledger.inbound.views import API, notice_view
from ledger.usecases.ports import Queries
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Access, Accesses, Readings

Guardian = Annotated[Caller, Depends(caller_with("guardian"))]


class OwnRefunds(Protocol):
    """Where refunds are read."""

    async def refunds_of(self, account_id: str) -> Sequence[Refund]: ...


class OwnArrangements(Protocol):
    """Where decisions about a debt are read."""

    async def arrangements_of(self, account_id: str) -> Sequence[Arrangement]: ...


@dataclass(frozen=True, kw_only=True)
class PrivacyDesk:
    """What the routes need."""

    accounts: AccountDesk
    queries: Queries
    refunds: OwnRefunds
    arrangements: OwnArrangements
    readings: Readings
    clock: Clock

    async def accesses(self, account_id: str) -> list[Access]:
        """Who of the staff read or changed it."""
        notices = await self.queries.notices_of(account_id)
        things: list[str] = [each.number for each in notices]
        things += {each.plan.plan_id for each in notices if each.plan is not None}
        things += [each.refund_id for each in await self.refunds.refunds_of(account_id)]
        things += [each.arrangement_id for each in await self.arrangements.arrangements_of(account_id)]
        moves = (await self.accounts.statement(account_id, None, None)).items
        things += [each.entry_id for each in moves if each.kind == Kind.MOVE]
        return list(await self.readings.about(account_id, things))


class OwnData(BaseModel):
    """All that the ledger keeps about one holder; why it keeps it, the README says."""

    model_config = ConfigDict(frozen=True)

    account: AccountView
    movements: list[EntryView]
    notices: list[NoticeView]
    declarations: list[DeclarationView]
    refunds: list[RefundView]
    arrangements: list[ArrangementView]
    accesses: list[Access]


def router(desk: PrivacyDesk) -> APIRouter:
    """`…/me/access-log` and `…/me/export`."""
    routes = APIRouter(prefix=f"{API}/me", tags=["privacy"])

    @routes.get("/access-log")
    async def accesses(caller: Guardian) -> Accesses:
        return Accesses(items=await desk.accesses(caller.subject))

    @routes.get("/export")
    async def export(caller: Guardian) -> OwnData:
        own, today = caller.subject, rome_day(desk.clock.now())
        declared = await desk.queries.declarations_of([own])
        return OwnData(
            account=await desk.accounts.of_holder(own),
            movements=(await desk.accounts.statement(own, None, None)).items,
            notices=[notice_view(notice, today) for notice in await desk.queries.notices_of(own)],
            declarations=declaration_views(own, declared, today),
            refunds=[refund_view(refund, caller) for refund in await desk.refunds.refunds_of(own)],
            arrangements=[arrangement_view(each) for each in await desk.arrangements.arrangements_of(own)],
            accesses=await desk.accesses(own),
        )

    return routes
