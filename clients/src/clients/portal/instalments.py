"""*Pagamenti a rate*: a family chooses in how many months to pay, looks at the instalments, gets one letter for all."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Trouble, trouble_from
from clients.instalments import Typed, empty_form, read_form
from clients.services.transport import ServiceProblem
from clients.visitor import Guardian, GuardianForm, Visitor, see

router = APIRouter(prefix="/portale/pagamenti/rate", include_in_schema=False)
MOST_PARTS = 12
FIELDS = {"amount_cents": "amount", "due_date": "first", "instalments": "parts"}


@router.get("")
async def plans(visitor: Guardian) -> HTMLResponse:
    """The plans so far, and the form for a new one."""
    return await _plans_page(visitor, empty_form())


@router.post("")
async def ask(submission: GuardianForm) -> Response:
    """First the instalments are shown; what was looked at, and nothing else, is issued."""
    visitor, form = submission.visitor, submission.form
    typed = read_form(form, today=visitor.site.today(), most_parts=MOST_PARTS)
    if typed.messages:
        return await _plans_page(visitor, typed, trouble=Trouble(typed.messages))
    if form.text("action") != "issue" or form.text("seen") != typed.key:
        return await _plans_page(visitor, typed)
    try:
        plan = await visitor.services.instalments.ask(typed.request)
    except ServiceProblem as problem:
        if not problem.is_refusal:
            raise
        return await _plans_page(visitor, typed, trouble=trouble_from(problem, FIELDS))
    return see(f"/portale/pagamenti/rate/{plan.plan_id}?nuovo=1")


@router.get("/{plan_id}")
async def plan(visitor: Guardian, plan_id: str, nuovo: str = "") -> HTMLResponse:
    """One plan: what is paid, what is still to be paid and by when, the letter."""
    toast = "Avvisi di pagamento generati." if nuovo else ""
    found = await visitor.services.instalments.plan(plan_id)
    return await visitor.page("portal/plan.html", plan=found, toast=toast)


@router.get("/{plan_id}/avvisi.pdf")
async def letter(visitor: Guardian, plan_id: str) -> Response:
    """The one letter for all instalments."""
    return visitor.file(await visitor.services.instalments.letter(plan_id), "avvisi-a-rate.pdf")


async def _plans_page(visitor: Visitor, typed: Typed, *, trouble: Trouble = NO_TROUBLE) -> HTMLResponse:
    return await visitor.page(
        "portal/plans.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if trouble.messages else HTTPStatus.OK,
        plans=await visitor.services.instalments.own(),
        typed=typed,
        most_parts=MOST_PARTS,
        trouble=trouble,
    )
