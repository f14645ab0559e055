"""Dunning: who is reminded and why not, what an officer decides about a debt, the switch of the payment network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ledger.domain.dunning import Arrangement
from ledger.domain.instalments import MOST_INSTALMENTS, plans_among
from ledger.domain.notices import Notice
from ledger.inbound.http_bodies import AccountCode, Amount, Items, Reason
from ledger.inbound.http_instalments import InstalmentBody, PlanView, plan_view, wanted_instalments
from ledger.inbound.http_refunds import DecisionCode, actor
from ledger.inbound.views import API
from ledger.usecases.arrange_debt import exempt_debtor, grant_plan, write_off
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.remind_debtors import Debtor, look_at_debtor, remind_debtor
from ledger.usecases.switch_payment_network import switch_payment_network
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
Anyone = Annotated[Caller, Depends(caller_with("guardian", "office", "administrator", "auditor", acting="see"))]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanBody(_Body):
    """The instalments cover the debt exactly; `plan_id` makes it safe to send again.

    `with_whole`: also a notice with which all of it can be paid at once.
    """

    plan_id: DecisionCode | None = None
    instalments: Annotated[list[InstalmentBody], Field(min_length=1, max_length=MOST_INSTALMENTS)]
    with_whole: bool = False
    reason: Reason


class ExemptionBody(_Body):
    """Nobody is reminded up to `until`, inside."""

    until: date
    reason: Reason


class WriteOffBody(_Body):
    """`write_off_id` makes it safe to send again."""

    write_off_id: DecisionCode | None = None
    amount_cents: Amount
    reason: Reason


class NetworkBody(_Body):
    """`since` is when the network went down; left out it is now."""

    down: bool
    since: AwareDatetime | None = None
    reason: Reason


class NetworkView(_Body):
    """Since when the payment network is down; None while it is up."""

    down_since: datetime | None


class DebtorView(_Body):
    """How the reminders of one debt stand."""

    account_id: str
    debt_cents: int
    debt_since: date
    step: int
    last_on: date | None
    due_date: date | None
    next_on: date | None
    suspended: str | None
    is_due: bool


class RunView(_Body):
    """What a run did."""

    debtors: int
    reminded: int
    suspended: int


class ArrangementView(_Body):
    """A decision about a debt and who took it; `plan` has the notices of a plan in instalments."""

    arrangement_id: str
    account_id: str
    kind: str
    reason: str
    decided_by: str
    decided_at: datetime
    until: date | None
    amount_cents: int
    instalments: list[InstalmentBody]
    plan: PlanView | None = None


class NoticeReading(Protocol):
    """Where notices are read."""

    async def notices_of(self, account_id: str) -> Sequence[Notice]: ...


class DunningQueries(Protocol):
    """Reading for pages."""

    async def debtors(self) -> Sequence[str]: ...
    async def arrangements_of(self, account_id: str) -> Sequence[Arrangement]: ...
    async def network_down_since(self) -> datetime | None: ...


@dataclass(frozen=True, kw_only=True)
class DunningDesk:
    """What the routes need."""

    run: Runner[DecisionPorts]
    queries: DunningQueries
    notices: NoticeReading
    clock: Clock
    new_id: Callable[[str], str]
    readings: Readings

    async def arrangements(self, account_id: str) -> list[ArrangementView]:
        """Newest first, the plans with their notices as they stand today."""
        today = rome_day(self.clock.now())
        plans = {
            plan.plan_id: plan_view(plan, today) for plan in plans_among(await self.notices.notices_of(account_id))
        }
        found = await self.queries.arrangements_of(account_id)
        return [arrangement_view(each, plans.get(each.arrangement_id)) for each in found]


def router(desk: DunningDesk) -> APIRouter:
    """Who is reminded, and the run: each account is its own transaction, so a run cut short is simply run again."""
    routes = APIRouter(prefix=API, tags=["dunning"])

    @routes.get("/dunning")
    async def debtors(caller: OfficeReader) -> Items[DebtorView]:
        indebted = await desk.queries.debtors()
        found = [await desk.run(look_at_debtor, account_id) for account_id in indebted]
        await desk.readings.note(caller, "debtors-listed", indebted)
        return Items(items=[_debtor(debtor) for debtor in found if debtor is not None])

    @routes.post("/dunning/run")
    async def remind(caller: Office) -> RunView:
        by = actor(caller)
        done = [await desk.run(remind_debtor, account_id, by=by) for account_id in await desk.queries.debtors()]
        return RunView(
            debtors=len(done),
            reminded=sum(each.is_reminded for each in done),
            suspended=sum(each.suspended is not None for each in done),
        )

    @routes.get("/switches/payment-network-down")
    async def network(_caller: Anyone) -> NetworkView:
        return NetworkView(down_since=await desk.queries.network_down_since())

    @routes.post("/switches/payment-network-down")
    async def switch(caller: Office, body: NetworkBody) -> NetworkView:
        since = (body.since or desk.clock.now()) if body.down else None
        done = await desk.run(switch_payment_network, down_since=since, reason=body.reason, by=actor(caller))
        return NetworkView(down_since=done)

    return routes


def arrangement_router(desk: DunningDesk) -> APIRouter:
    """What an officer decides about one debt."""
    routes = APIRouter(prefix=f"{API}/accounts/{{account_id}}", tags=["dunning"])

    @routes.get("/arrangements")
    async def every(caller: OfficeReader, account_id: AccountCode) -> Items[ArrangementView]:
        await desk.readings.note(caller, "arrangements-read", [account_id], of=account_id)
        return Items(items=await desk.arrangements(account_id))

    @routes.post("/plans", status_code=201)
    async def plan(caller: Office, account_id: AccountCode, body: PlanBody) -> ArrangementView:
        decided = await desk.run(
            grant_plan,
            account_id,
            plan_id=body.plan_id,
            instalments=wanted_instalments(body.instalments),
            with_whole=body.with_whole,
            reason=body.reason,
            by=actor(caller),
        )
        found = await desk.arrangements(account_id)
        return next(each for each in found if each.arrangement_id == decided.arrangement_id)

    @routes.post("/exemptions", status_code=201)
    async def exempt(caller: Office, account_id: AccountCode, body: ExemptionBody) -> ArrangementView:
        decided = await desk.run(exempt_debtor, account_id, until=body.until, reason=body.reason, by=actor(caller))
        return arrangement_view(decided)

    @routes.post("/write-offs", status_code=201)
    async def give_up(caller: Office, account_id: AccountCode, body: WriteOffBody) -> ArrangementView:
        decided = await desk.run(
            write_off,
            account_id,
            write_off_id=body.write_off_id or desk.new_id("wof"),
            amount_cents=body.amount_cents,
            reason=body.reason,
            by=actor(caller),
        )
        return arrangement_view(decided)

    return routes


def _debtor(debtor: Debtor) -> DebtorView:
    case = debtor.case
    return DebtorView(
        account_id=debtor.account_id,
        debt_cents=debtor.debt_cents,
        debt_since=case.debt_since,
        step=case.step,
        last_on=case.last_on,
        due_date=case.due_date,
        next_on=debtor.next_on,
        suspended=debtor.suspended.value if debtor.suspended else None,
        is_due=debtor.is_due,
    )


def arrangement_view(decided: Arrangement, plan: PlanView | None = None) -> ArrangementView:
    """As it is told."""
    return ArrangementView(
        arrangement_id=decided.arrangement_id,
        account_id=decided.account_id,
        kind=decided.kind.value,
        reason=decided.reason,
        decided_by=decided.decided_by,
        decided_at=decided.decided_at,
        until=decided.until,
        amount_cents=decided.amount_cents,
        instalments=[
            InstalmentBody(due_date=part.due_date, amount_cents=part.amount_cents) for part in decided.instalments
        ],
        plan=plan,
    )
