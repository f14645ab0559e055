"""Paying in instalments: a plan for the holder or the office to ask for, its notices, its one letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from ledger.domain.creditor import Holder, unknown_holder
from ledger.domain.decision_errors import PlanNotFoundError
from ledger.domain.instalments import MOST_INSTALMENTS, Instalment, InstalmentPlan, plans_among
from ledger.inbound.http_bodies import AccountCode, Amount, Items, NoticeView, Reason, ServiceCode
from ledger.inbound.http_refunds import DecisionCode, actor, as_guardian
from ledger.inbound.views import API, notice_view
from ledger.usecases.issue_instalments import WantedPlan, cancel_plan, issue_instalments
from ledger.usecases.ports import Ports, Queries
from refettorio_chassis.audit import Actor
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

AtCounter = Annotated[Caller, Depends(caller_with("guardian", acting="counter"))]
Payer = Annotated[Caller, Depends(caller_with("guardian", acting="pay"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
Reader = Annotated[Caller, Depends(caller_with("guardian", "office", "administrator", "auditor", acting="pay"))]
PlanCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{7,59}$")]

_OFFICE = ("office", "administrator", "auditor")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InstalmentBody(_Body):
    """To be paid by `due_date`."""

    due_date: date
    amount_cents: Amount


class InstalmentsBody(_Body):
    """`plan_id` makes it safe to send again; `with_whole`: also a notice that pays all of it at once."""

    plan_id: DecisionCode | None = None
    service: ServiceCode = "meals"
    instalments: Annotated[list[InstalmentBody], Field(min_length=2, max_length=MOST_INSTALMENTS)]
    with_whole: bool = True


class CancelPlanBody(_Body):
    """Why what is left of a plan is cancelled."""

    reason: Reason


class InstalmentView(NoticeView):
    """The notice of an instalment; overdue once its day is past."""

    is_overdue: bool


class PlanView(_Body):
    """A plan, its notices in the order in which they are due, and where its one letter is.

    `state`: `open`, `paid` (one way or the other), `ended` (nothing left to be paid, and not all was).
    """

    plan_id: str
    account_id: str
    service: str
    state: str
    amount_cents: int
    issued_at: datetime
    whole: NoticeView | None
    instalments: list[InstalmentView]
    letter_url: str


class PlanLetters(Protocol):
    """Composes the one letter of a plan."""

    async def plan_pdf(self, plan: InstalmentPlan, debtor: Holder) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class InstalmentDesk:
    """What the routes need."""

    run: Runner[Ports]
    queries: Queries
    letters: PlanLetters
    clock: Clock
    new_id: Callable[[str], str]
    readings: Readings

    def today(self) -> date:
        """In Rome."""
        return rome_day(self.clock.now())

    async def issued(self, account_id: str, body: InstalmentsBody, by: Actor) -> PlanView:
        """The plan asked for, once."""
        wanted = WantedPlan(
            plan_id=body.plan_id or self.new_id("pla"),
            account_id=account_id,
            service=body.service,
            instalments=wanted_instalments(body.instalments),
            with_whole=body.with_whole,
        )
        return plan_view(await self.run(issue_instalments, wanted, by=by), self.today())

    async def of_account(self, account_id: str) -> Items[PlanView]:
        """Newest first."""
        found = plans_among(await self.queries.notices_of(account_id))
        return Items(items=[plan_view(plan, self.today()) for plan in found])

    async def visible(self, caller: Caller, plan_id: str) -> InstalmentPlan:
        """Somebody else's plan does not exist for a holder. Raises PlanNotFoundError."""
        plan = await self.queries.plan(plan_id)
        if plan is None or (plan.account_id != caller.subject and not caller.has(*_OFFICE)):
            message = "Il piano di rate non esiste."
            raise PlanNotFoundError(message)
        await self.readings.note(caller, "plan-read", [plan.account_id], of=plan_id)
        return plan


def router(desk: InstalmentDesk) -> APIRouter:
    """A holder asks for their own account only; anyone can pay the notices."""
    routes = APIRouter(prefix=API, tags=["instalments"])

    @routes.post("/plans", status_code=201)
    async def ask(caller: AtCounter, body: InstalmentsBody) -> PlanView:
        return await desk.issued(caller.subject, body, as_guardian(caller))

    @routes.get("/plans")
    async def mine(caller: Payer) -> Items[PlanView]:
        return await desk.of_account(caller.subject)

    @routes.get("/plans/{plan_id}")
    async def one(caller: Reader, plan_id: PlanCode) -> PlanView:
        return plan_view(await desk.visible(caller, plan_id), desk.today())

    @routes.get("/plans/{plan_id}/letter.pdf", response_class=Response)
    async def letter(caller: Reader, plan_id: PlanCode) -> Response:
        plan = await desk.visible(caller, plan_id)
        debtor = await desk.queries.holder(plan.account_id) or unknown_holder(plan.account_id)
        headers = {
            "content-disposition": f'inline; filename="avvisi-{plan_id}.pdf"',
            "cache-control": "private, no-store",
        }
        return Response(await desk.letters.plan_pdf(plan, debtor), media_type="application/pdf", headers=headers)

    return routes


def office_router(desk: InstalmentDesk) -> APIRouter:
    """For a family that asks at the counter."""
    routes = APIRouter(prefix=API, tags=["instalments"])

    @routes.get("/accounts/{account_id}/plans")
    async def plans(caller: OfficeReader, account_id: AccountCode) -> Items[PlanView]:
        await desk.readings.note(caller, "plan-read", [account_id], of=account_id)
        return await desk.of_account(account_id)

    @routes.post("/accounts/{account_id}/instalments", status_code=201)
    async def ask_for(caller: Office, account_id: AccountCode, body: InstalmentsBody) -> PlanView:
        return await desk.issued(account_id, body, actor(caller))

    @routes.post("/plans/{plan_id}/cancel")
    async def cancel(caller: Office, plan_id: PlanCode, body: CancelPlanBody) -> PlanView:
        plan = await desk.run(cancel_plan, plan_id, reason=body.reason, by=actor(caller))
        return plan_view(plan, desk.today())

    return routes


def wanted_instalments(bodies: list[InstalmentBody]) -> list[Instalment]:
    """As they were sent."""
    return [Instalment(due_date=body.due_date, amount_cents=body.amount_cents) for body in bodies]


def plan_view(plan: InstalmentPlan, today: date) -> PlanView:
    """As it stands on `today`."""
    overdue = {notice.number for notice in plan.overdue_on(today)}
    return PlanView(
        plan_id=plan.plan_id,
        account_id=plan.account_id,
        service=plan.service,
        state=plan.state.value,
        amount_cents=plan.amount_cents,
        issued_at=plan.issued_at,
        whole=notice_view(plan.whole, today) if plan.whole else None,
        instalments=[
            InstalmentView(is_overdue=notice.number in overdue, **notice_view(notice, today).model_dump())
            for notice in plan.instalments
        ],
        letter_url=f"{API}/plans/{plan.plan_id}/letter.pdf",
    )
