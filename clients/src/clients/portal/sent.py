"""*Moduli online, Inviati*: applications handed in, with their state, reason and history."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.answers import readable_answers
from clients.visitor import AtCounter, AtCounterForm, see

router = APIRouter(prefix="/portale/moduli/inviati", include_in_schema=False)
TOASTS = {
    "inviata": "La domanda è stata inviata: qui sotto trovi il numero di ricevuta.",
    "ritirata": "La domanda è stata ritirata.",
}


@router.get("")
async def sent(visitor: AtCounter) -> HTMLResponse:
    """Every application, with the legend of its states."""
    return await visitor.page("portal/sent.html", applications=await visitor.services.enrollment.applications())


@router.get("/{application_id}")
async def application(visitor: AtCounter, application_id: str, esito: str = "") -> HTMLResponse:
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
async def withdraw(submission: AtCounterForm, application_id: str) -> Response:
    """Take an application back before it is decided."""
    await submission.visitor.services.enrollment.withdraw(application_id)
    return see(f"/portale/moduli/inviati/{application_id}?esito=ritirata")
