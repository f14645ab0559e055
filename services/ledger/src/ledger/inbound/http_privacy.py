"""What a holder may know of what is kept here: who of the staff read it, and all of it in one piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from ledger.domain.dunning import Arrangement
from ledger.domain.notices import Notice
from ledger.domain.receipts import KeptReceipt, plain_receipt_id
from ledger.domain.refunds import Refund
from ledger.domain.shares import Agreement
from ledger.domain.transfers import Kind, Posted
from ledger.inbound.http_account import AccountDesk
from ledger.inbound.http_bodies import AccountView, EntryView, NoticeView
from ledger.inbound.http_dunning import ArrangementView, arrangement_view
from ledger.inbound.http_refunds import RefundView, refund_view
from ledger.inbound.rating_bodies import DeclarationView, declaration_views
from ledger.inbound.views import API, notice_view
from ledger.usecases.ports import Queries, StatementSpan
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Access, Accesses, Readings

Guardian = Annotated[Caller, Depends(caller_with("guardian"))]


class OwnAnomalies(Protocol):
    """Where decisions about unexpected payments are read."""

    async def resolved_of(self, account_id: str) -> Sequence[KeptReceipt]: ...


class OwnRefunds(Protocol):
    """Where refunds are read."""

    async def refunds_of(self, account_id: str) -> Sequence[Refund]: ...


class OwnArrangements(Protocol):
    """Where decisions about a debt are read."""

    async def arrangements_of(self, account_id: str) -> Sequence[Arrangement]: ...


class OwnRecords(Protocol):
    """Which records are of the same person."""

    async def merged_into(self, account_id: str) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept on one account of a holder's, beside the account itself and the declarations."""

    account_id: str
    posted: Sequence[Posted]
    notices: Sequence[Notice]
    resolved: Sequence[KeptReceipt]
    refunds: Sequence[Refund]
    arrangements: Sequence[Arrangement]

    @property
    def things(self) -> list[str]:
        """Those of them that the audit names by an identifier of their own."""
        return [
            *(each.number for each in self.notices),
            *{each.plan.plan_id for each in self.notices if each.plan is not None},
            *(plain_receipt_id(each.receipt_id) for each in self.resolved),
            *(each.refund_id for each in self.refunds),
            *(each.arrangement_id for each in self.arrangements),
            *(each.transfer.transfer_id for each in self.posted if each.transfer.kind is Kind.MOVE),
        ]


@dataclass(frozen=True, kw_only=True)
class PrivacyDesk:
    """What the routes need."""

    accounts: AccountDesk
    queries: Queries
    anomalies: OwnAnomalies
    refunds: OwnRefunds
    arrangements: OwnArrangements
    records: OwnRecords
    readings: Readings
    clock: Clock

    async def every_kept(self, account_id: str) -> tuple[Kept, ...]:
        """The holder's own account first, then those of records that were merged into theirs."""
        merged = await self.records.merged_into(account_id)
        return tuple([await self._kept(each) for each in (account_id, *merged)])

    async def _kept(self, account_id: str) -> Kept:
        return Kept(
            account_id=account_id,
            posted=await self.queries.statement(account_id, StatementSpan(first=None, last=None)),
            notices=await self.queries.notices_of(account_id),
            resolved=await self.anomalies.resolved_of(account_id),
            refunds=await self.refunds.refunds_of(account_id),
            arrangements=await self.arrangements.arrangements_of(account_id),
        )

    async def accesses(self, kept: Sequence[Kept]) -> list[Access]:
        """Who of the staff read or changed it."""
        own, *merged = [each.account_id for each in kept]
        things = [thing for each in kept for thing in each.things]
        return list(await self.readings.about(own, things, merged=merged))

    async def shown(self, kept: Kept, caller: Caller) -> OwnAccount:
        """All of one account."""
        own, today = kept.account_id, rome_day(self.clock.now())
        return OwnAccount(
            account=await self.accounts.of_holder(own),
            movements=await self.accounts.entries(own, kept.posted),
            notices=[notice_view(notice, today) for notice in kept.notices],
            declarations=declaration_views(own, await self.queries.declarations_of([own]), today),
            # Every account shown here is the caller's, by one record of theirs or another.
            refunds=[refund_view(refund, caller, {own: caller.subject}) for refund in kept.refunds],
            arrangements=[arrangement_view(each) for each in kept.arrangements],
            shares=_share_views(await self.queries.agreements_of([own]), own),
        )


class ShareView(BaseModel):
    """What was agreed: from `valid_from` on the second guardian bears `second_percent`; `side` is the caller's."""

    model_config = ConfigDict(frozen=True)

    pupil_id: str
    side: str
    second_percent: int
    valid_from: date


class OwnAccount(BaseModel):
    """All that the ledger keeps on one account; why it keeps it, the README says."""

    model_config = ConfigDict(frozen=True)

    account: AccountView
    movements: list[EntryView]
    notices: list[NoticeView]
    declarations: list[DeclarationView]
    refunds: list[RefundView]
    arrangements: list[ArrangementView]
    shares: list[ShareView]


class OwnData(OwnAccount):
    """The holder's account, and those of records that were found to be theirs too and merged into it."""

    merged_accounts: list[OwnAccount]
    accesses: list[Access]


def router(desk: PrivacyDesk) -> APIRouter:
    """`…/me/access-log` and `…/me/export`."""
    routes = APIRouter(prefix=f"{API}/me", tags=["privacy"])

    @routes.get("/access-log")
    async def accesses(caller: Guardian) -> Accesses:
        return Accesses(items=await desk.accesses(await desk.every_kept(caller.subject)))

    @routes.get("/export")
    async def export(caller: Guardian) -> OwnData:
        kept = await desk.every_kept(caller.subject)
        own, *merged = [await desk.shown(each, caller) for each in kept]
        return OwnData(**dict(own), merged_accounts=merged, accesses=await desk.accesses(kept))

    return routes


def _share_views(agreements: Sequence[Agreement], own: str) -> list[ShareView]:
    """Those that `own` is one of the two of: what another bears of the same pupil is no matter of theirs."""
    return [
        ShareView(
            pupil_id=each.pupil_id,
            side="holder" if each.account_id == own else "second",
            second_percent=each.percent,
            valid_from=each.valid_from,
        )
        for each in agreements
        if own in {each.account_id, each.second}
    ]
