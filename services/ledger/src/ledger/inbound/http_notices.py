"""Topping up: notices, their letters, and Checkout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Response

from ledger.domain.creditor import Holder, unknown_holder
from ledger.domain.errors import NoticeNotFoundError
from ledger.domain.notices import Notice, NoticePart
from ledger.inbound.http_bodies import CheckoutView, Items, JointTopUpBody, NoticeView, TopUpBody
from ledger.inbound.views import API, notice_view
from ledger.usecases.issue_notice import issue_joint_notice, issue_notice
from ledger.usecases.ports import Checkout, CheckoutReturns, Ports, Queries
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

Payer = Annotated[Caller, Depends(caller_with("guardian", acting="pay"))]
Reader = Annotated[Caller, Depends(caller_with("guardian", "office", "administrator", "auditor", acting="pay"))]

_OFFICE = ("office", "administrator", "auditor")


class Letters(Protocol):
    """Composes payment letters."""

    async def pdf(self, notice: Notice, debtor: Holder) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class NoticeDesk:
    """What the routes need."""

    run: Runner[Ports]
    queries: Queries
    letters: Letters
    checkout: Checkout
    clock: Clock
    public_url: str
    readings: Readings

    def today(self) -> date:
        """In Rome."""
        return rome_day(self.clock.now())

    async def issued(self, caller: Caller, body: TopUpBody) -> Notice:
        """A new notice on the caller's own account."""
        return await self.run(
            issue_notice,
            account_id=caller.subject,
            amount_cents=body.amount_cents,
            service=body.service,
            by=caller.acting_as("guardian"),
        )

    async def visible(self, caller: Caller, number: str) -> Notice:
        """Somebody else's notice does not exist for a holder. Raises NoticeNotFoundError."""
        notice = await self.queries.notice(number)
        if notice is None or (notice.account_id != caller.subject and not caller.has(*_OFFICE)):
            message = "L'avviso di pagamento non esiste."
            raise NoticeNotFoundError(message)
        await self.readings.note(caller, "notice-read", [notice.account_id], of=number)
        return notice

    def returns(self, notice: Notice) -> CheckoutReturns:
        """Pages of the portal; the notice is named so that it can say how the payment stands."""
        page = f"{self.public_url}/portale/pagamenti/{notice.service}/esito?avviso={notice.number}"
        return CheckoutReturns(
            ok=f"{page}&esito=ok",
            cancel=f"{page}&esito=annullato",
            error=f"{page}&esito=errore",
            waiting=f"{page}&esito=in-attesa",
        )


def router(desk: NoticeDesk) -> APIRouter:
    """Anyone can pay a notice; only its holder and the office can see it here."""
    routes = APIRouter(prefix=API, tags=["top-up"])

    @routes.post("/notices", status_code=201)
    async def issue(caller: Payer, body: TopUpBody) -> NoticeView:
        return notice_view(await desk.issued(caller, body), desk.today())

    @routes.post("/notices/joint", status_code=201)
    async def issue_joint(caller: Payer, body: JointTopUpBody) -> NoticeView:
        parts = [NoticePart(service=part.service, amount_cents=part.amount_cents) for part in body.parts]
        notice = await desk.run(
            issue_joint_notice, account_id=caller.subject, parts=parts, by=caller.acting_as("guardian")
        )
        return notice_view(notice, desk.today())

    @routes.get("/notices")
    async def mine(caller: Payer) -> Items[NoticeView]:
        today = desk.today()
        return Items(items=[notice_view(notice, today) for notice in await desk.queries.notices_of(caller.subject)])

    @routes.get("/notices/{number}")
    async def one(caller: Reader, number: str) -> NoticeView:
        return notice_view(await desk.visible(caller, number), desk.today())

    @routes.get("/notices/{number}/letter.pdf", response_class=Response)
    async def letter(caller: Reader, number: str) -> Response:
        notice = await desk.visible(caller, number)
        debtor = await desk.queries.holder(notice.account_id) or unknown_holder(notice.account_id)
        headers = {
            "content-disposition": f'inline; filename="avviso-{number}.pdf"',
            "cache-control": "private, no-store",
        }
        return Response(await desk.letters.pdf(notice, debtor), media_type="application/pdf", headers=headers)

    @routes.post("/checkouts", status_code=201)
    async def checkout(caller: Payer, body: TopUpBody) -> CheckoutView:
        """The notice is committed before Checkout is asked: if Checkout is down it can still be paid elsewhere."""
        notice = await desk.issued(caller, body)
        address = await desk.checkout.open_cart(notice, returns=desk.returns(notice))
        return CheckoutView(notice_number=notice.number, redirect_url=address)

    return routes
