"""*Pagamenti*: state of the account, top-up by payment notice or card."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from clients.design.formats import cents_from, day_from
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.ledger import Account, TopUp
from clients.services.transport import Refusal, ServiceProblem
from clients.visitor import SEE_OTHER, Family, Payer, PayerForm, Visitor, see

router = APIRouter(prefix="/portale/pagamenti", include_in_schema=False)

# The account is one for all services of a holder; it is topped up for meals, the service every family has.
SERVICE = "meals"
# What most families would choose: about one, two and four weeks of meals.
SUGGESTED_CENTS = (2500, 5000, 10000)
Day = Annotated[str, Query(max_length=10)]
OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    "ok": (
        "it-check-circle",
        "Pagamento inviato",
        "Il credito compare nel conto quando arriva la ricevuta di pagoPA, di solito entro pochi minuti.",
    ),
    "annullato": (
        "it-restore",
        "Pagamento annullato",
        "Non è stato addebitato nulla. L'avviso resta valido: puoi pagarlo quando vuoi.",
    ),
    "errore": (
        "it-error",
        "Pagamento non riuscito",
        "Il pagamento non è andato a buon fine. Se l'importo risulta addebitato, il credito comparirà con la ricevuta.",
    ),
    "in-attesa": (
        "it-clock",
        "Pagamento in corso",
        "pagoPA sta completando il pagamento. Il credito compare nel conto quando arriva la ricevuta.",
    ),
}
PAID = (
    "it-check-circle",
    "Pagamento ricevuto",
    "La ricevuta di pagoPA è arrivata: il credito è nel conto.",
)


@router.get("")
async def services(visitor: Family) -> HTMLResponse:
    """The services with payments."""
    return await visitor.page("portal/payments.html")


@router.get("/meals")
async def account(
    visitor: Family,
    scelta: Annotated[str, Query(max_length=20)] = "",
    dal: Day = "",
    al: Day = "",
    figlio: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """State of the account, its movements of a period and child; the radio's other choice leads to the top-up."""
    if scelta == "pagamento":
        return RedirectResponse("/portale/pagamenti/meals/ricarica", status_code=SEE_OTHER)
    ledger = visitor.services.ledger
    first, last = day_from(dal), day_from(al)
    entries = await ledger.statement(first=first, last=last)
    return await visitor.page(
        "portal/account.html",
        account=await ledger.account(),
        entries=[each for each in entries if figlio in {"", each.pupil_id}],
        names=await names_of_children(visitor),
        first=first,
        last=last,
        child=figlio,
        network_down_since=await _network_down_since(visitor),
    )


@router.get("/meals/ricarica")
async def top_up(visitor: Payer) -> HTMLResponse:
    """How much, and how."""
    return await _top_up_page(visitor)


@router.post("/meals/ricarica")
async def ask_top_up(submission: PayerForm) -> Response:
    """Issue a payment notice, or start a payment by card and go to its page."""
    visitor, form = submission.visitor, submission.form
    amount = form.text("amount")
    cents = cents_from(amount)
    if not cents:
        message = "Scrivi l'importo in euro, per esempio 50 oppure 37,50."
        return await _top_up_page(visitor, amount, Trouble([Message(message, "amount")]))
    wanted = TopUp(amount_cents=cents, service=SERVICE)
    try:
        if form.text("action") == "card":
            return see((await visitor.services.ledger.checkout(wanted)).redirect_url)
        notice = await visitor.services.ledger.issue_notice(wanted)
    except Refusal as problem:
        return await _top_up_page(visitor, amount, trouble_from(problem, {"amount_cents": "amount"}))
    return see(f"/portale/pagamenti/avvisi/{notice.notice_number}?nuovo=1")


@router.get("/avvisi")
async def notices(visitor: Payer) -> HTMLResponse:
    """Every notice of this holder."""
    return await visitor.page("portal/notices.html", notices=await visitor.services.ledger.notices())


@router.get("/avvisi/{notice_number}")
async def notice(visitor: Payer, notice_number: str, nuovo: str = "") -> HTMLResponse:
    """One notice: number, amount, state, letter."""
    toast = "Avviso di pagamento generato." if nuovo else ""
    found = await visitor.services.ledger.notice(notice_number)
    return await visitor.page("portal/notice.html", notice=found, toast=toast)


@router.get("/avvisi/{notice_number}/avviso.pdf")
async def letter(visitor: Payer, notice_number: str) -> Response:
    """The payment letter, as a file named after its notice."""
    return visitor.file(await visitor.services.ledger.letter(notice_number), f"avviso-{notice_number}.pdf")


@router.get("/{service}/esito")
async def outcome(
    visitor: Payer, service: str, esito: str = "", avviso: Annotated[str, Query(pattern=r"^\d{18}$")] = ""
) -> HTMLResponse:
    """Where the page of card payments sends people back. Only the receipt says that money moved, so does the notice."""
    found = await visitor.services.ledger.notice(avviso) if avviso else None
    paid = found is not None and found.state == "paid"
    icon, heading, text = PAID if paid else OUTCOMES.get(esito, OUTCOMES["in-attesa"])
    return await visitor.page(
        "portal/payment_outcome.html", icon=icon, heading=heading, text=text, notice=found, service=service
    )


async def _top_up_page(visitor: Visitor, amount: str = "", trouble: Trouble = NO_TROUBLE) -> HTMLResponse:
    ledger = visitor.services.ledger
    account = await ledger.account()
    return await visitor.page(
        "portal/top_up.html",
        account=account,
        notices=await ledger.notices(),
        amount=amount,
        network_down_since=await _network_down_since(visitor),
        suggestions=_suggestions(account),
        trouble=trouble,
    )


def _suggestions(account: Account) -> list[int]:
    """Round amounts, the debt alone when there is one, and what the ledger suggests; cents, ascending."""
    extra = {account.debt_cents, account.suggested_top_up_cents or 0} - {0}
    return sorted(extra | set(SUGGESTED_CENTS))


async def _network_down_since(visitor: Visitor) -> datetime | None:
    """Since when nobody can pay, as the office has said."""
    try:
        return (await visitor.services.dunning.network()).down_since
    except ServiceProblem:
        # A notice board: the balance is shown without it.
        return None


async def names_of_children(visitor: Visitor) -> dict[str, str]:
    """Names by pupil; the ledger knows identifiers only."""
    try:
        pupils = await visitor.services.enrollment.own_pupils()
    except ServiceProblem:
        # The statement is right without names; enrolment being away must not hide the balance.
        return {}
    return {pupil.pupil_id: pupil.given_name for pupil in pupils}
