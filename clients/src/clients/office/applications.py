"""Applications: find them, take them in charge, accept or reject them."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.answers import readable_answers
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.places import class_names
from clients.services.enrollment import Acceptance, Application, Rejection
from clients.services.identity import Person
from clients.services.transport import Refusal, ServiceProblem
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio", include_in_schema=False)

STATES = ("submitted", "under-review", "accepted", "rejected", "withdrawn")
# The service refuses shorter reasons: a family must be able to understand why.
REASON_MIN, REASON_MAX = 10, 500
TOASTS = {
    "in-carico": "La domanda è in verifica.",
    "accettata": "La domanda è stata accettata: la famiglia riceve la comunicazione.",
    "rifiutata": "La domanda è stata rifiutata: la famiglia riceve la comunicazione con il motivo.",
}
Filter = Annotated[str, Query(max_length=40)]


@router.get("/")
@router.get("")
async def applications(visitor: Clerk, stato: Filter = "", servizio: Filter = "", anno: Filter = "") -> HTMLResponse:
    """All applications of a service and year, counted by state, those of one state listed."""
    enrollment = visitor.services.enrollment
    found = await enrollment.office_applications(service=servizio, school_year=anno)
    years = sorted({each.school_year for each in found} | ({anno} if anno else set()), reverse=True)
    schools = await enrollment.schools()
    return await visitor.page(
        "office/applications.html",
        applications=[each for each in found if stato in {"", each.state}],
        counts=Counter(each.state for each in found),
        states=STATES,
        years=years,
        chosen={"stato": stato, "servizio": servizio, "anno": anno},
        classes=class_names(schools),
    )


@router.get("/domande/{application_id}")
async def application(visitor: Clerk, application_id: str, esito: str = "") -> HTMLResponse:
    """One application and what can be decided about it."""
    return await _application_page(visitor, application_id, toast=TOASTS.get(esito, ""))


@router.post("/domande/{application_id}/in-carico")
async def review(submission: ClerkForm, application_id: str) -> Response:
    """Take in charge: the family sees that somebody is looking."""
    await submission.visitor.services.enrollment.review(application_id)
    return see(f"/ufficio/domande/{application_id}?esito=in-carico")


@router.post("/domande/{application_id}/accetta")
async def accept(submission: ClerkForm, application_id: str) -> Response:
    """Accept; a note stays inside the office."""
    note = submission.form.text("note") or None
    try:
        await submission.visitor.services.enrollment.accept(application_id, Acceptance(note=note))
    except Refusal as problem:
        return await _refused(submission, application_id, problem)
    return see(f"/ufficio/domande/{application_id}?esito=accettata")


@router.post("/domande/{application_id}/rifiuta")
async def reject(submission: ClerkForm, application_id: str) -> Response:
    """A rejection needs its reason, and the tick that says it is meant."""
    reason = submission.form.text("reason")
    messages = []
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        messages.append(Message(f"Scrivi il motivo, da {REASON_MIN} a {REASON_MAX} caratteri.", "reason"))
    if submission.form.text("confirmed") != "yes":
        messages.append(Message("Spunta la casella per confermare il rifiuto.", "confirmed"))
    if messages:
        return await _application_page(submission.visitor, application_id, trouble=Trouble(messages), reason=reason)
    try:
        await submission.visitor.services.enrollment.reject(application_id, Rejection(reason=reason))
    except Refusal as problem:
        return await _refused(submission, application_id, problem)
    return see(f"/ufficio/domande/{application_id}?esito=rifiutata")


async def _refused(submission: ClerkForm, application_id: str, problem: Refusal) -> HTMLResponse:
    reason = submission.form.text("reason")
    return await _application_page(submission.visitor, application_id, trouble=trouble_from(problem), reason=reason)


async def _application_page(
    visitor: Visitor, application_id: str, *, toast: str = "", trouble: Trouble = NO_TROUBLE, reason: str = ""
) -> HTMLResponse:
    enrollment = visitor.services.enrollment
    found = await enrollment.office_application(application_id)
    form = await enrollment.form(found.form_id)
    return await visitor.page(
        "office/application.html",
        application=found,
        holder=await _holder(visitor, found),
        answers=readable_answers(found, form),
        limits=(REASON_MIN, REASON_MAX),
        toast=toast,
        trouble=trouble,
        reason=reason,
    )


async def _holder(visitor: Visitor, application: Application) -> Person | None:
    try:
        return await visitor.services.identity.person(application.guardian_id)
    except ServiceProblem:
        # The decision is about the pupil; who holds the account is shown when identity can tell.
        return None
