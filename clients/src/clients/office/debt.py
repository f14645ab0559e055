"""What an officer decides about one debt: instalments, no reminders for a while, giving it up."""

import secrets

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.formats import cents_from, day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.instalments import monthly, new_plan_id, parts_from
from clients.office.holders import holder_of
from clients.office.reasons import not_confirmed, reason_missing
from clients.services.dunning import DebtPlan, Relief, WriteOff
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Submission, Visitor, see

router = APIRouter(prefix="/ufficio/conti/{account_id}/debito", include_in_schema=False)
FIELDS = (
    *("plan_parts", "plan_first", "plan_whole", "plan_reason"),
    *("relief_until", "relief_reason"),
    *("off_amount", "off_reason"),
)
MOST_PARTS = 24
TOASTS = {
    "piano": "Il piano di rate è stato concesso: gli avvisi sono pronti da stampare.",
    "esenzione": "I solleciti sono sospesi fino al giorno indicato.",
    "stralcio": "Il debito è stato annullato per l'importo indicato.",
}


@router.get("")
async def debt(visitor: Clerk, account_id: str, esito: str = "") -> HTMLResponse:
    """The debt, what was decided before, and what can be decided."""
    return await _debt_page(visitor, account_id, toast=TOASTS.get(esito, ""))


@router.post("/piano")
async def plan(submission: ClerkForm, account_id: str) -> Response:
    """Monthly instalments of the same amount, that cover the debt as it stands now, each with its notice."""
    visitor, form = submission.visitor, submission.form
    messages, first = reason_missing(form, "plan_reason"), day_from(form.text("plan_first"))
    parts = parts_from(form.text("plan_parts"), 1, MOST_PARTS)
    if not parts:
        messages.append(Message(f"Scrivi il numero di rate, da 1 a {MOST_PARTS}.", "plan_parts"))
    if first is None:
        messages.append(Message("Scrivi una data valida.", "plan_first"))
    if messages or first is None or not parts:
        return await _debt_page(visitor, account_id, trouble=Trouble(messages), form=form)
    owed = (await visitor.services.ledger.account_of(account_id)).debt_cents
    wanted = DebtPlan(
        plan_id=form.text("plan_id"),
        instalments=monthly(owed, parts, first),
        with_whole=form.text("plan_whole") == "yes",
        reason=form.text("plan_reason"),
    )
    try:
        await visitor.services.dunning.plan(account_id, wanted)
    except Refusal as problem:
        return await _refused(submission, account_id, problem)
    return see(f"/ufficio/conti/{account_id}/debito?esito=piano")


@router.post("/esenzione")
async def exempt(submission: ClerkForm, account_id: str) -> Response:
    """No reminders for a while, as the social services asked."""
    form = submission.form
    messages, until = reason_missing(form, "relief_reason"), day_from(form.text("relief_until"))
    if until is None:
        messages.append(Message("Scrivi una data valida.", "relief_until"))
    if messages or until is None:
        return await _debt_page(submission.visitor, account_id, trouble=Trouble(messages), form=form)
    try:
        relief = Relief(until=until, reason=form.text("relief_reason"))
        await submission.visitor.services.dunning.exempt(account_id, relief)
    except Refusal as problem:
        return await _refused(submission, account_id, problem)
    return see(f"/ufficio/conti/{account_id}/debito?esito=esenzione")


@router.post("/stralcio")
async def write_off(submission: ClerkForm, account_id: str) -> Response:
    """Give up a debt. It cannot be undone, so it is confirmed."""
    form = submission.form
    messages, cents = reason_missing(form, "off_reason"), cents_from(form.text("off_amount"))
    if not cents:
        messages.append(Message("Scrivi l'importo in euro, per esempio 37,50.", "off_amount"))
    messages += not_confirmed(form, "off_confirmed", "l'annullamento del debito")
    if messages or not cents:
        return await _debt_page(submission.visitor, account_id, trouble=Trouble(messages), form=form)
    wanted = WriteOff(write_off_id=form.text("write_off_id"), amount_cents=cents, reason=form.text("off_reason"))
    try:
        await submission.visitor.services.dunning.write_off(account_id, wanted)
    except Refusal as problem:
        return await _refused(submission, account_id, problem)
    return see(f"/ufficio/conti/{account_id}/debito?esito=stralcio")


async def _refused(submission: Submission, account_id: str, problem: Refusal) -> HTMLResponse:
    return await _debt_page(submission.visitor, account_id, trouble=trouble_from(problem), form=submission.form)


async def _debt_page(
    visitor: Visitor,
    account_id: str,
    *,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
) -> HTMLResponse:
    return await visitor.page(
        "office/debt.html",
        account=await visitor.services.ledger.account_of(account_id),
        arrangements=await visitor.services.dunning.arrangements(account_id),
        holder=await holder_of(visitor, account_id),
        # Kept when the form comes back with errors: sent twice, the debt is given up once.
        plan_id=(form.text("plan_id") if form else "") or new_plan_id(),
        write_off_id=(form.text("write_off_id") if form else "") or f"wof-{secrets.token_hex(12)}",
        typed={name: form.text(name) if form else "" for name in FIELDS},
        toast=toast,
        trouble=trouble,
    )
