"""*Pagamenti a rate*: a family chooses in how many months to pay, looks at the instalments, gets one letter for all."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Trouble
from clients.instalments import Typed, empty_form, issued, read_form
from clients.visitor import AtCounterForm, Payer, Visitor, see

router = APIRouter(prefix="/portale/pagamenti/rate", include_in_schema=False)
MOST_PARTS = 12


@router.get("")
async def plans(visitor: Payer) -> HTMLResponse:
    """The plans so far, and the form for a new one."""
    return await _plans_page(visitor, empty_form())


@router.post("")
async def ask(submission: AtCounterForm) -> Response:
    """The same form until what it makes was looked at and is meant."""
    visitor, form = submission.visitor, submission.form
    typed = read_form(form, today=visitor.site.today(), most_parts=MOST_PARTS)
    outcome = await issued(typed, form, visitor.services.instalments.ask)
    if isinstance(outcome, Trouble):
        return await _plans_page(visitor, typed, trouble=outcome)
    return see(f"/portale/pagamenti/rate/{outcome.plan_id}?nuovo=1")


@router.get("/{plan_id}")
async def plan(visitor: Payer, plan_id: str, nuovo: str = "") -> HTMLResponse:
    """One plan: what is paid, what is still to be paid and by when, the letter."""
    toast = "Avvisi di pagamento generati." if nuovo else ""
    found = await visitor.services.instalments.plan(plan_id)
    return await visitor.page("portal/plan.html", plan=found, toast=toast)


@router.get("/{plan_id}/avvisi.pdf")
async def letter(visitor: Payer, plan_id: str) -> Response:
    """The one letter for all instalments."""
    return visitor.file(await visitor.services.instalments.letter(plan_id), "avvisi-a-rate.pdf")


async def _plans_page(visitor: Visitor, typed: Typed, *, trouble: Trouble = NO_TROUBLE) -> HTMLResponse:
    return await visitor.page(
        "portal/plans.html",
        plans=await visitor.services.instalments.own(),
        typed=typed,
        most_parts=MOST_PARTS,
        trouble=trouble,
    )
