"""*Richieste di cancellazione*: those that wait for the office's answer, with the day it is due."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.reasons import not_confirmed, reason_missing
from clients.services.erasures import Decision
from clients.services.transport import ServiceProblem
from clients.visitor import Clerk, ClerkForm, Visitor, see

PAGE: Final = "/ufficio/cancellazioni"
TOASTS: Final = {
    "granted": "La richiesta è accolta: i dati sono cancellati e la persona legge la risposta nell'area personale.",
    "refused": "La richiesta non è accolta: la persona legge il motivo nell'area personale.",
}

router = APIRouter(prefix=PAGE, include_in_schema=False)


@router.get("")
async def erasures(visitor: Clerk, esito: str = "") -> HTMLResponse:
    """The one to answer first before the others."""
    return await _page(visitor, toast=TOASTS.get(esito, ""))


@router.post("/{request_id}")
async def decide(submission: ClerkForm, request_id: str) -> Response:
    """Grant or refuse it. What is erased does not come back, so both are confirmed."""
    visitor, form = submission.visitor, submission.form
    reason, decision, confirmed = (f"{name}-{request_id}" for name in ("reason", "decision", "confirmed"))
    messages = reason_missing(form, reason)
    if form.text(decision) not in TOASTS:
        messages.append(Message("Scegli se accogliere la richiesta.", decision))
    messages += not_confirmed(form, confirmed)
    if messages:
        return await _page(visitor, trouble=Trouble(messages), form=form)
    answer = Decision(is_granted=form.text(decision) == "granted", reason=form.text(reason))
    try:
        await visitor.services.erasures.decide(request_id, answer)
    except ServiceProblem as problem:
        # Also that one's own request is another's to answer is said on this page.
        if not problem.is_refusal and problem.slug != "own-erasure":
            raise
        return await _page(visitor, trouble=trouble_from(problem), form=form)
    return see(f"{PAGE}?esito={form.text(decision)}")


async def _page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    return await visitor.page(
        "office/erasures.html",
        requests=await visitor.services.erasures.waiting(),
        typed=form.text if form else lambda _name: "",
        toast=toast,
        trouble=trouble,
    )
