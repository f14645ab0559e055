"""*Moduli online, Compila*: the forms, and filling one in step by step: privacy, pupil, details, summary."""

from uuid import uuid4

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.answers import places_of
from clients.design.formats import euro
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.portal.draft import FIRST, LAST, STEPS, Draft, StepName, draft_from, earliest_step
from clients.public.routes import own_address
from clients.services.enrollment import NewApplication
from clients.services.transport import Refusal, ServiceProblem
from clients.visitor import AtCounter, AtCounterForm, Visitor, see

router = APIRouter(prefix="/portale/moduli", include_in_schema=False)


@router.get("")
async def fill_in(visitor: AtCounter) -> HTMLResponse:
    """Forms open, not yet open and closed."""
    return await visitor.page("portal/forms.html", forms=await visitor.services.enrollment.forms())


@router.get("/compila/{form_id}")
async def start(visitor: AtCounter, form_id: str) -> HTMLResponse:
    """The first step of a form."""
    form = await visitor.services.enrollment.form(form_id)
    return await _draft_page(visitor, Draft(form=form, answers={}, step=FIRST, key=str(uuid4())))


@router.post("/compila/{form_id}")
async def go_on(submission: AtCounterForm, form_id: str) -> Response:
    """Move between steps, or send. The answers so far come with the page, so nothing is kept on the way."""
    visitor = submission.visitor
    draft = draft_from(await visitor.services.enrollment.form(form_id), submission.form)
    wanted = submission.form.text("go")
    if wanted == "send":
        return await _send(visitor, draft)
    if wanted in STEPS:
        # Back to an earlier step, or forward again: what is missing there is said on leaving it.
        return await _draft_page(visitor, draft.at(_step(wanted)))
    missing = draft.missing_on(draft.step)
    return await _draft_page(visitor, draft if missing.messages else draft.at(draft.next_step()), missing)


async def _send(visitor: Visitor, draft: Draft) -> Response:
    answers = {name: value for name, value in draft.answers.items() if value != ""}
    wanted = NewApplication(form_id=draft.form.form_id, answers=answers, idempotency_key=draft.key)
    try:
        sent = await visitor.services.enrollment.submit(wanted)
    except Refusal as problem:
        trouble = _refusal(problem)
        step = earliest_step([message.field for message in trouble.messages])
        return await _draft_page(visitor, draft.at(step), trouble)
    return see(f"/portale/moduli/inviati/{sent.application_id}?esito=inviata")


async def _draft_page(visitor: Visitor, draft: Draft, trouble: Trouble = NO_TROUBLE) -> HTMLResponse:
    return await visitor.page(
        "portal/form.html",
        form=draft.form,
        draft=draft,
        steps=STEPS,
        reached=list(STEPS).index(draft.step),
        readable=draft.readable(places_of(draft.form)) if draft.step == LAST else [],
        trouble=trouble,
        # A refusal for the debt says the same already, with the same way to pay.
        debt=None if trouble.link else draft.form.debt,
        pay_at=own_address(draft.form.debt.pay_at) if draft.form.debt else "",
    )


def _refusal(problem: ServiceProblem) -> Trouble:
    """A refusal of the rules; debt comes with what is still to be paid and the way to pay it."""
    to_pay = problem.values.debt_cents if problem.values.to_pay_cents is None else problem.values.to_pay_cents
    if problem.slug == "debt-outstanding" and to_pay is not None:
        way = own_address(problem.values.pay_at or "/portale/pagamenti/meals")
        message = f"{problem.detail} Da saldare: {euro(to_pay)}."
        return Trouble([Message(message)], (f"Vai a saldare {euro(to_pay)}", way))
    return trouble_from(problem)


def _step(name: str) -> StepName:
    return next(step for step in STEPS if step == name)
