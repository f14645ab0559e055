"""Meals and subscriptions rated again after a change that reaches back: look first, then post differences, once."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.formats import day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.holders import holders_of
from clients.office.reasons import not_confirmed, reason_missing
from clients.services.prices import Posting, Span
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/ricalcolo", include_in_schema=False)
FIELDS = ("first", "last", "code", "account_id")
# The ledger refuses shorter and longer ones.


@router.get("")
async def choose(visitor: Clerk) -> HTMLResponse:
    """Which days, which tariff."""
    return await _choose_page(visitor)


@router.post("")
async def preview(submission: ClerkForm) -> Response:
    """Look. What was seen is kept, so that it and nothing else is posted."""
    visitor, form = submission.visitor, submission.form
    first, last = day_from(form.text("first")), day_from(form.text("last"))
    if first is None or last is None or last < first:
        wrong = "first" if first is None else "last"
        return await _choose_page(visitor, Trouble([Message("Scrivi una data valida.", wrong)]), form)
    try:
        span = Span(first=first, last=last, code=form.text("code") or None, account_id=form.text("account_id") or None)
        seen = await visitor.services.prices.preview(span)
    except Refusal as problem:
        return await _choose_page(visitor, trouble_from(problem, {"from": "first", "to": "last"}), form)
    return see(f"/ufficio/ricalcolo/{seen.preview_id}")


@router.get("/{preview_id}")
async def differences(visitor: Clerk, preview_id: str) -> HTMLResponse:
    """Before and after, of how many families."""
    return await _preview_page(visitor, preview_id)


@router.post("/{preview_id}")
async def post(submission: ClerkForm, preview_id: str) -> Response:
    """Post the differences, with the reason families read beside each."""
    visitor, form = submission.visitor, submission.form
    reason = form.text("reason")
    messages = reason_missing(form, "reason")
    messages += not_confirmed(form, "confirmed", "il ricalcolo")
    if messages:
        return await _preview_page(visitor, preview_id, Trouble(messages), reason)
    try:
        await visitor.services.prices.post(Posting(preview_id=preview_id, reason=reason))
    except Refusal as problem:
        return await _preview_page(visitor, preview_id, trouble_from(problem), reason)
    return see(f"/ufficio/ricalcolo/{preview_id}")


async def _choose_page(visitor: Visitor, trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None) -> HTMLResponse:
    versions = await visitor.services.prices.versions()
    return await visitor.page(
        "office/rerating.html",
        codes=sorted({each.code for each in versions}),
        typed={name: form.text(name) if form else "" for name in FIELDS},
        trouble=trouble,
    )


async def _preview_page(
    visitor: Visitor, preview_id: str, trouble: Trouble = NO_TROUBLE, reason: str = ""
) -> HTMLResponse:
    seen = await visitor.services.prices.rerating(preview_id)
    accounts = {each.account_id for each in seen.lines} | ({seen.account_id} if seen.account_id else set())
    return await visitor.page(
        "office/rerating_preview.html",
        seen=seen,
        holders=await holders_of(visitor, accounts),
        reason=reason,
        trouble=trouble,
    )
