"""Notices in instalments for a family that asks at the counter, and the plans of an account."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Trouble, trouble_from
from clients.instalments import Typed, empty_form, issued, read_form
from clients.office.holders import holder_of
from clients.office.reasons import LIMITS, not_confirmed, reason_missing
from clients.services.instalments import PlanCancellation
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/conti/{account_id}/rate", include_in_schema=False)
MOST_PARTS = 72
# The ledger refuses shorter and longer ones.
TOASTS = {
    "emesse": "Gli avvisi delle rate sono stati emessi.",
    "annullate": "Gli avvisi non pagati del piano sono stati annullati.",
}


@router.get("")
async def plans(visitor: Clerk, account_id: str, esito: str = "") -> HTMLResponse:
    """Every plan of the account, granted for a debt or asked for, and the form for a new one."""
    return await _plans_page(visitor, account_id, empty_form(), toast=TOASTS.get(esito, ""))


@router.post("")
async def ask(submission: ClerkForm, account_id: str) -> Response:
    """The same form until what it makes was looked at and is meant."""
    visitor, form = submission.visitor, submission.form
    typed = read_form(form, today=visitor.site.today(), most_parts=MOST_PARTS)
    outcome = await issued(typed, form, partial(visitor.services.instalments.ask_for, account_id))
    if isinstance(outcome, Trouble):
        return await _plans_page(visitor, account_id, typed, trouble=outcome)
    return see(f"/ufficio/conti/{account_id}/rate?esito=emesse")


@router.get("/{plan_id}/avvisi.pdf")
async def letter(visitor: Clerk, account_id: str, plan_id: str) -> Response:
    """The one letter of a plan, for a family that comes to the counter."""
    return visitor.file(await visitor.services.instalments.letter(plan_id), f"avvisi-a-rate-{account_id}.pdf")


@router.post("/{plan_id}/annulla")
async def cancel(submission: ClerkForm, account_id: str, plan_id: str) -> Response:
    """What nobody has paid yet can no longer be paid: it needs its reason, and the tick that says it is meant."""
    visitor, form = submission.visitor, submission.form
    reason = form.text("reason")
    messages = reason_missing(form, "reason", beside=f"reason-{plan_id}")
    messages += not_confirmed(form, "confirmed", "l'annullamento", beside=f"confirmed-{plan_id}")
    if messages:
        return await _plans_page(visitor, account_id, empty_form(), trouble=Trouble(messages), reason=reason)
    try:
        await visitor.services.instalments.cancel(plan_id, PlanCancellation(reason=reason))
    except Refusal as problem:
        return await _plans_page(visitor, account_id, empty_form(), trouble=trouble_from(problem), reason=reason)
    return see(f"/ufficio/conti/{account_id}/rate?esito=annullate")


async def _plans_page(
    visitor: Visitor,
    account_id: str,
    typed: Typed,
    *,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    reason: str = "",
) -> HTMLResponse:
    return await visitor.page(
        "office/plans.html",
        account_id=account_id,
        plans=await visitor.services.instalments.of_account(account_id),
        holder=await holder_of(visitor, account_id),
        typed=typed,
        most_parts=MOST_PARTS,
        reason=reason,
        limits=LIMITS,
        toast=toast,
        trouble=trouble,
    )
