"""*Rimborso*: a family that leaves asks for its credit; the office decides."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.formats import cents_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.refunds import RefundRequest
from clients.services.transport import ServiceProblem
from clients.visitor import AtCounter, AtCounterForm, Visitor, see

router = APIRouter(prefix="/portale/pagamenti/rimborso", include_in_schema=False)
FIELDS = ("iban", "amount", "reason")
# The ledger refuses shorter and longer ones.
REASON_MIN, REASON_MAX = 3, 200
# Forbidden by the rules of the service, not by who asks: the person reads why beside the form.
STILL_ENROLLED = "still-enrolled"
TOASTS = {"inviata": "La richiesta di rimborso è stata inviata: l'ufficio la verifica."}


@router.get("")
async def refund(visitor: AtCounter, esito: str = "") -> HTMLResponse:
    """The requests so far and the form for a new one."""
    return await _refund_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def ask(submission: AtCounterForm) -> Response:
    """Ask. No money moves until the office has approved."""
    visitor, form = submission.visitor, submission.form
    trouble, request = _read_request(form)
    if request is None:
        return await _refund_page(visitor, trouble=trouble, form=form)
    try:
        await visitor.services.refunds.ask(request)
    except ServiceProblem as problem:
        if not (problem.is_refusal or problem.slug == STILL_ENROLLED):
            raise
        return await _refund_page(visitor, trouble=refund_trouble(problem), form=form)
    return see("/portale/pagamenti/rimborso?esito=inviata")


def refund_trouble(problem: ServiceProblem) -> Trouble:
    """The ledger's refusal, beside the field it is about."""
    if problem.slug == "iban-not-valid":
        return Trouble([Message(problem.detail, "iban")])
    return trouble_from(problem, {"amount_cents": "amount"})


def _read_request(form: PostedForm) -> tuple[Trouble, RefundRequest | None]:
    iban = "".join(form.text("iban").split()).upper()
    amount, reason = form.text("amount"), form.text("reason")
    cents = cents_from(amount) if amount else None
    messages = []
    if not iban:
        messages.append(Message("Scrivi l'IBAN su cui ricevere il rimborso.", "iban"))
    if amount and not cents:
        messages.append(Message("Scrivi l'importo in euro, per esempio 37,50, oppure lascia vuoto.", "amount"))
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        messages.append(Message(f"Scrivi il motivo, da {REASON_MIN} a {REASON_MAX} caratteri.", "reason"))
    if form.text("confirmed") != "yes":
        messages.append(Message("Spunta la casella per confermare la richiesta.", "confirmed"))
    if messages:
        return Trouble(messages), None
    return NO_TROUBLE, RefundRequest(iban=iban, reason=reason, amount_cents=cents)


async def _refund_page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    refunds = await visitor.services.refunds.own()
    return await visitor.page(
        "portal/refund.html",
        account=await visitor.services.ledger.account(),
        refunds=refunds,
        is_waiting=any(each.state == "requested" for each in refunds),
        typed={name: form.text(name) if form else "" for name in FIELDS},
        limits=(REASON_MIN, REASON_MAX),
        toast=toast,
        trouble=trouble,
    )
