"""*Moduli online, Inviati*: applications handed in, with their state, reason and history."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.portal.draft import places_of, readable_answer
from clients.services.enrollment import Application, Form
from clients.visitor import Guardian, GuardianForm, see

router = APIRouter(prefix="/portale/moduli/inviati", include_in_schema=False)
TOASTS = {
    "inviata": "La domanda è stata inviata: qui sotto trovi il numero di ricevuta.",
    "ritirata": "La domanda è stata ritirata.",
}


@router.get("")
async def sent(visitor: Guardian) -> HTMLResponse:
    return await visitor.page("portal/sent.html", applications=await visitor.services.enrollment.applications())


@router.get("/{application_id}")
async def application(visitor: Guardian, application_id: str, esito: str = "") -> HTMLResponse:
    """One application; right after sending it this page is its receipt."""
    enrollment = visitor.services.enrollment
    found = await enrollment.application(application_id)
    form = await enrollment.form(found.form_id)
    return await visitor.page(
        "portal/application.html",
        application=found,
        form=form,
        answers=readable_answers(found, form),
        toast=TOASTS.get(esito, ""),
        is_receipt=esito == "inviata",
    )


@router.post("/{application_id}/ritira")
async def withdraw(submission: GuardianForm, application_id: str) -> Response:
    await submission.visitor.services.enrollment.withdraw(application_id)
    return see(f"/portale/moduli/inviati/{application_id}?esito=ritirata")


def readable_answers(application: Application, form: Form) -> list[tuple[str, str]]:
    """Questions and answers in the order of the form they were given to."""
    places = places_of(form)
    answers = application.answers or {}
    return [
        (field.label, readable_answer(field, answers.get(field.name), places))
        for field in form.definition.fields
        if field.name in answers
    ]
