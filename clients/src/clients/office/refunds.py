"""Refunds: decide what families ask, make the file for the bank, record that the bank has paid."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.holders import holders_of
from clients.office.reasons import LIMITS, not_confirmed, reason_missing
from clients.services.refunds import NewBatch, RefundRejection
from clients.services.transport import ServiceProblem
from clients.visitor import Clerk, ClerkForm, Submission, Visitor, see

router = APIRouter(prefix="/ufficio/rimborsi", include_in_schema=False)
STATES = ("requested", "approved", "rejected", "sent", "paid")
FIELDS = ("refund_id", "action", "reason", "batch_id", "execution_day")
# The ledger refuses shorter and longer ones.
# Forbidden to this clerk and not to the next: it is read beside the form.
NEEDS_ANOTHER = "refund-needs-another-person"
TOASTS = {
    "approvato": "Il rimborso è stato approvato: entra nella prossima distinta.",
    "rifiutato": "La richiesta è stata rifiutata: la famiglia legge il motivo.",
    "distinta": "La distinta è pronta: scarica il file e portalo in banca.",
    "eseguita": "La distinta risulta pagata dalla banca.",
}


@router.get("")
async def refunds(visitor: Clerk, stato: Annotated[str, Query(max_length=20)] = "", esito: str = "") -> HTMLResponse:
    """Requests by state, and the files for the bank."""
    return await _refunds_page(visitor, state=stato if stato in STATES else "", toast=TOASTS.get(esito, ""))


@router.post("")
async def decide(submission: ClerkForm) -> Response:
    """Approve or reject one request."""
    visitor, form = submission.visitor, submission.form
    messages = _wrong(form)
    if messages:
        return await _refunds_page(visitor, trouble=Trouble(messages), form=form)
    refund_id, is_approved = form.text("refund_id"), form.text("action") == "approve"
    try:
        if is_approved:
            await visitor.services.refunds.approve(refund_id)
        else:
            await visitor.services.refunds.reject(refund_id, RefundRejection(reason=form.text("reason")))
    except ServiceProblem as problem:
        return await _refused(submission, problem)
    return see(f"/ufficio/rimborsi?esito={'approvato' if is_approved else 'rifiutato'}")


@router.post("/distinte")
async def gather(submission: ClerkForm) -> Response:
    """Put what is approved into one file for the bank."""
    form = submission.form
    messages = []
    if not form.text("batch_id"):
        messages.append(Message("Scrivi il nome della distinta, per esempio rimborsi-2026-06.", "batch_id"))
    try:
        day = date.fromisoformat(form.text("execution_day")) if form.text("execution_day") else None
    except ValueError:
        messages.append(Message("Scrivi una data valida.", "execution_day"))
    if messages:
        return await _refunds_page(submission.visitor, trouble=Trouble(messages), form=form)
    try:
        await submission.visitor.services.refunds.gather(NewBatch(batch_id=form.text("batch_id"), execution_day=day))
    except ServiceProblem as problem:
        return await _refused(submission, problem)
    return see("/ufficio/rimborsi?esito=distinta")


@router.get("/distinte/{batch_id}.xml")
async def bank_file(visitor: Clerk, batch_id: str) -> Response:
    """SEPA pain.001, as the bank's site takes it."""
    return visitor.file(await visitor.services.refunds.bank_file(batch_id), f"{batch_id}.xml")


@router.post("/distinte/{batch_id}/eseguita")
async def book(submission: ClerkForm, batch_id: str) -> Response:
    """The bank has paid: the refunds are booked."""
    try:
        await submission.visitor.services.refunds.book(batch_id)
    except ServiceProblem as problem:
        return await _refused(submission, problem)
    return see("/ufficio/rimborsi?esito=eseguita")


def _wrong(form: PostedForm) -> list[Message]:
    action, messages = form.text("action"), []
    if not form.text("refund_id"):
        messages.append(Message("Scegli la richiesta dalla tabella.", "refund_id"))
    if action not in {"approve", "reject"}:
        messages.append(Message("Scegli se approvare o rifiutare.", "action"))
    if action == "reject":
        messages += reason_missing(form, "reason")
    messages += not_confirmed(form, "confirmed", "la decisione")
    return messages


async def _refused(submission: Submission, problem: ServiceProblem) -> HTMLResponse:
    if not problem.is_refusal and problem.slug != NEEDS_ANOTHER:
        raise problem
    return await _refunds_page(submission.visitor, trouble=trouble_from(problem), form=submission.form)


async def _refunds_page(
    visitor: Visitor,
    *,
    state: str = "",
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
) -> HTMLResponse:
    found = await visitor.services.refunds.every(state)
    return await visitor.page(
        "office/refunds.html",
        refunds=found,
        waiting=[each for each in found if each.state == "requested"],
        approvable=any(each.may_approve for each in found),
        batches=await visitor.services.refunds.batches(),
        holders=await holders_of(visitor, (each.account_id for each in found)),
        states=STATES,
        state=state,
        typed={name: form.text(name) if form else "" for name in FIELDS},
        limits=LIMITS,
        toast=toast,
        trouble=trouble,
    )
