"""Reconciliation: pagoPA's flows against our receipts, what does not match, and the proof that the book agrees."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.holders import holders_of
from clients.office.reasons import LIMITS, reason_missing
from clients.services.reconciliation import Marking, Run, TakingBack
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/riconciliazione", include_in_schema=False)
# The ledger refuses shorter and longer ones.
TOASTS = {
    "gestita": "La voce è segnata come gestita: la trovi tra le voci gestite.",
    "ripresa": "La voce è di nuovo da verificare.",
}


@router.get("")
async def reconciliation(visitor: Clerk, esito: Annotated[str, Query(max_length=10)] = "") -> HTMLResponse:
    """The worklist first: it is what somebody must act upon."""
    return await _reconciliation_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def run(submission: ClerkForm) -> Response:
    """Take new flows now. Sent again it takes nothing twice, so the answer is a page with what was done."""
    visitor = submission.visitor
    try:
        done = await visitor.services.reconciliation.run()
    except Refusal as problem:
        return await _reconciliation_page(visitor, trouble=trouble_from(problem))
    return await _reconciliation_page(visitor, done=done, toast="Riconciliazione eseguita.")


@router.get("/gestite")
async def handled(visitor: Clerk) -> HTMLResponse:
    """What was dealt with: by whom, when, why, and how it ended where it did."""
    return await _handled_page(visitor)


@router.post("/gestite")
async def mark(submission: ClerkForm) -> Response:
    """A line leaves the open list with its reason; it can be taken back, so nothing is confirmed twice."""
    visitor, form = submission.visitor, submission.form
    # What was shown travels with the choice: the ledger refuses a line that says something else by now.
    kind, _, work_id = form.text("work").partition(" ")
    trouble = _trouble_of(form, "Scegli la voce dalla tabella.")
    if trouble.messages:
        return await _reconciliation_page(visitor, trouble=trouble, form=form)
    try:
        marking = Marking(work_id=work_id, kind=kind, reason=form.text("reason"))
        await visitor.services.reconciliation.mark_handled(marking)
    except Refusal as problem:
        return await _reconciliation_page(visitor, trouble=trouble_from(problem), form=form)
    return see("/ufficio/riconciliazione?esito=gestita")


@router.post("/riprese")
async def take_back(submission: ClerkForm) -> Response:
    """A line is to be looked at again."""
    visitor, form = submission.visitor, submission.form
    trouble = _trouble_of(form, "Scegli la voce da riprendere.")
    if trouble.messages:
        return await _handled_page(visitor, trouble=trouble, form=form)
    try:
        taking_back = TakingBack(work_id=form.text("work"), reason=form.text("reason"))
        await visitor.services.reconciliation.take_back(taking_back)
    except Refusal as problem:
        return await _handled_page(visitor, trouble=trouble_from(problem), form=form)
    return see("/ufficio/riconciliazione?esito=ripresa")


def _trouble_of(form: PostedForm, nothing_chosen: str) -> Trouble:
    messages = []
    if not form.text("work"):
        messages.append(Message(nothing_chosen, "work"))
    messages += reason_missing(form, "reason")
    return Trouble(messages)


async def _reconciliation_page(
    visitor: Visitor,
    *,
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
    done: Run | None = None,
    toast: str = "",
) -> HTMLResponse:
    service = visitor.services.reconciliation
    worklist = await service.worklist()
    return await visitor.page(
        "office/reconciliation.html",
        worklist=worklist,
        flows=await service.flows(),
        proof=await service.proof(),
        holders=await holders_of(visitor, (each.account_id for each in worklist if each.account_id)),
        done=done,
        typed=_typed(form),
        limits=LIMITS,
        toast=toast,
        trouble=trouble,
    )


async def _handled_page(
    visitor: Visitor, *, trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    marks = await visitor.services.reconciliation.handled()
    clerks = [who for mark in marks for who in (mark.by, mark.ended_by) if who]
    return await visitor.page(
        "office/reconciliation_handled.html",
        marks=marks,
        clerks=await holders_of(visitor, clerks),
        typed=_typed(form),
        limits=LIMITS,
        trouble=trouble,
    )


def _typed(form: PostedForm | None) -> dict[str, str]:
    return {name: form.text(name) if form else "" for name in ("work", "reason")}
