"""What an officer decides about one debt: instalments, no reminders for a while, giving it up."""

import secrets
from datetime import date
from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.formats import cents_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.holders import holder_of
from clients.services.dunning import Instalment, Plan, Relief, WriteOff
from clients.services.transport import ServiceProblem
from clients.visitor import Clerk, ClerkForm, Submission, Visitor, see

router = APIRouter(prefix="/ufficio/conti/{account_id}/debito", include_in_schema=False)
FIELDS = (
    *("plan_parts", "plan_first", "plan_reason"),
    *("relief_until", "relief_reason"),
    *("off_amount", "off_reason"),
)
# The ledger refuses shorter and longer ones.
REASON_MIN, REASON_MAX = 3, 200
MOST_PARTS = 24
MONTHS = 12
LAST_DAY_EVERYWHERE = 28
TOASTS = {
    "piano": "Il piano di rate è stato concesso.",
    "esenzione": "I solleciti sono sospesi fino al giorno indicato.",
    "stralcio": "Il debito è stato annullato per l'importo indicato.",
}


@router.get("")
async def debt(visitor: Clerk, account_id: str, esito: str = "") -> HTMLResponse:
    """The debt, what was decided before, and what can be decided."""
    return await _debt_page(visitor, account_id, toast=TOASTS.get(esito, ""))


@router.post("/piano")
async def plan(submission: ClerkForm, account_id: str) -> Response:
    """Monthly instalments of the same amount, that cover the debt as it stands now."""
    visitor, form = submission.visitor, submission.form
    messages, first, parts = _reason(form, "plan_reason"), _day(form, "plan_first"), form.text("plan_parts")
    if not (parts.isascii() and parts.isdigit() and 1 <= int(parts) <= MOST_PARTS):
        messages.append(Message(f"Scrivi il numero di rate, da 1 a {MOST_PARTS}.", "plan_parts"))
    if first is None:
        messages.append(Message("Scrivi una data valida.", "plan_first"))
    if messages or first is None:
        return await _debt_page(visitor, account_id, trouble=Trouble(messages), form=form)
    owed = (await visitor.services.ledger.account_of(account_id)).debt_cents
    wanted = Plan(instalments=monthly(owed, int(parts), first), reason=form.text("plan_reason"))
    try:
        await visitor.services.dunning.plan(account_id, wanted)
    except ServiceProblem as problem:
        return await _refused(submission, account_id, problem)
    return see(f"/ufficio/conti/{account_id}/debito?esito=piano")


@router.post("/esenzione")
async def exempt(submission: ClerkForm, account_id: str) -> Response:
    """No reminders for a while, as the social services asked."""
    form = submission.form
    messages, until = _reason(form, "relief_reason"), _day(form, "relief_until")
    if until is None:
        messages.append(Message("Scrivi una data valida.", "relief_until"))
    if messages or until is None:
        return await _debt_page(submission.visitor, account_id, trouble=Trouble(messages), form=form)
    try:
        relief = Relief(until=until, reason=form.text("relief_reason"))
        await submission.visitor.services.dunning.exempt(account_id, relief)
    except ServiceProblem as problem:
        return await _refused(submission, account_id, problem)
    return see(f"/ufficio/conti/{account_id}/debito?esito=esenzione")


@router.post("/stralcio")
async def write_off(submission: ClerkForm, account_id: str) -> Response:
    """Give up a debt. It cannot be undone, so it is confirmed."""
    form = submission.form
    messages, cents = _reason(form, "off_reason"), cents_from(form.text("off_amount"))
    if not cents:
        messages.append(Message("Scrivi l'importo in euro, per esempio 37,50.", "off_amount"))
    if form.text("off_confirmed") != "yes":
        messages.append(Message("Spunta la casella per confermare l'annullamento del debito.", "off_confirmed"))
    if messages or not cents:
        return await _debt_page(submission.visitor, account_id, trouble=Trouble(messages), form=form)
    wanted = WriteOff(write_off_id=form.text("write_off_id"), amount_cents=cents, reason=form.text("off_reason"))
    try:
        await submission.visitor.services.dunning.write_off(account_id, wanted)
    except ServiceProblem as problem:
        return await _refused(submission, account_id, problem)
    return see(f"/ufficio/conti/{account_id}/debito?esito=stralcio")


def monthly(owed_cents: int, parts: int, first: date) -> tuple[Instalment, ...]:
    """`parts` instalments a month apart; cents that do not divide fall on the first ones.

    After the 28th the day of the month is the 28th, which every month has.
    """
    each, left = divmod(owed_cents, parts)
    start = first.year * MONTHS + first.month - 1
    days = [
        first if number == 0 else date(month // MONTHS, month % MONTHS + 1, min(first.day, LAST_DAY_EVERYWHERE))
        for number, month in enumerate(range(start, start + parts))
    ]
    return tuple(Instalment(due_date=day, amount_cents=each + (number < left)) for number, day in enumerate(days))


def _reason(form: PostedForm, name: str) -> list[Message]:
    if REASON_MIN <= len(form.text(name)) <= REASON_MAX:
        return []
    return [Message(f"Scrivi il motivo, da {REASON_MIN} a {REASON_MAX} caratteri.", name)]


def _day(form: PostedForm, name: str) -> date | None:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        return None


async def _refused(submission: Submission, account_id: str, problem: ServiceProblem) -> HTMLResponse:
    if not problem.is_refusal:
        raise problem
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
        status=HTTPStatus.UNPROCESSABLE_ENTITY if trouble.messages else HTTPStatus.OK,
        account=await visitor.services.ledger.account_of(account_id),
        arrangements=await visitor.services.dunning.arrangements(account_id),
        holder=await holder_of(visitor, account_id),
        # Kept when the form comes back with errors: sent twice, the debt is given up once.
        write_off_id=(form.text("write_off_id") if form else "") or f"wof-{secrets.token_hex(12)}",
        typed={name: form.text(name) if form else "" for name in FIELDS},
        toast=toast,
        trouble=trouble,
    )
