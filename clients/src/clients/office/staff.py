"""The staff and their roles, for administrators: give, take back, confirm what another administrator proposed."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.places import class_names
from clients.services.enrollment import School
from clients.services.staff import NewGrant
from clients.services.transport import Refusal
from clients.visitor import Submission, Visitor, see, submission_with, visitor_with

router = APIRouter(prefix="/ufficio/personale", include_in_schema=False)
Administrator = Annotated[Visitor, Depends(visitor_with("administrator"))]
AdministratorForm = Annotated[Submission, Depends(submission_with("administrator"))]

ROLES = ("office", "canteen", "kitchen", "driver", "auditor", "administrator")
TOASTS = {
    "ruoli": "I ruoli sono stati assegnati: valgono da subito.",
    "proposta": "La proposta è stata registrata: vale quando un altro amministratore conferma.",
    "tolti": "I ruoli sono stati tolti: la persona non può più accedere all'ufficio.",
    "confermata": "La proposta è stata confermata: i ruoli valgono da subito.",
    "respinta": "La proposta è stata eliminata.",
}
NO_GRANT = NewGrant(fiscal_code="", roles=())


@router.get("")
async def staff(visitor: Administrator, esito: str = "") -> HTMLResponse:
    """Who has which roles, what waits for a confirmation, and the form to give some."""
    return await _staff_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def decide(submission: AdministratorForm) -> Response:
    """Give a person exactly the roles of the form."""
    schools = await submission.visitor.services.enrollment.schools()
    wanted, messages = _read(submission.form, schools)
    if messages:
        return await _staff_page(submission.visitor, trouble=Trouble(messages), typed=wanted)
    try:
        decision = await submission.visitor.services.staff.decide(wanted)
    except Refusal as problem:
        return await _staff_page(submission.visitor, trouble=trouble_from(problem), typed=wanted)
    return see(f"/ufficio/personale?esito={'proposta' if decision.lapses_at else 'ruoli'}")


@router.post("/togli")
async def take_back(submission: AdministratorForm) -> Response:
    """Take every role back. The code travels in the form: in an address it would stay in histories and logs."""
    await submission.visitor.services.staff.decide(NewGrant(fiscal_code=submission.form.text("of"), roles=()))
    return see("/ufficio/personale?esito=tolti")


@router.post("/proposte/{staff_id}/conferma")
async def confirm(submission: AdministratorForm, staff_id: str) -> Response:
    """Give the roles another administrator proposed."""
    await submission.visitor.services.staff.confirm(staff_id)
    return see("/ufficio/personale?esito=confermata")


@router.post("/proposte/{staff_id}/respingi")
async def dismiss(submission: AdministratorForm, staff_id: str) -> Response:
    """Forget a proposal."""
    await submission.visitor.services.staff.dismiss(staff_id)
    return see("/ufficio/personale?esito=respinta")


def _read(form: PostedForm, schools: Sequence[School]) -> tuple[NewGrant, list[Message]]:
    messages = []
    code, roles, day = form.text("fiscal_code"), form.all("roles"), form.text("last_day")
    if not code:
        messages.append(Message("Scrivi il codice fiscale della persona.", "fiscal_code"))
    if not roles:
        messages.append(Message("Scegli almeno un ruolo.", "roles"))
    if "canteen" in roles and not form.all("classes"):
        messages.append(Message("Scegli le classi affidate al personale della mensa.", "classes"))
    messages += _out_of_reach(form, schools)
    try:
        last_day = date.fromisoformat(day) if day else None
    except ValueError:
        messages.append(Message("Scrivi l'ultimo giorno come data, oppure lascia il campo vuoto.", "last_day"))
        last_day = None
    wanted = NewGrant(
        fiscal_code=code,
        roles=roles,
        classes=form.all("classes"),
        schools=form.all("schools"),
        lines=form.all("lines"),
        last_day=last_day,
    )
    return wanted, messages


def _out_of_reach(form: PostedForm, schools: Sequence[School]) -> list[Message]:
    """A class chosen outside the chosen schools would be given in vain: both limits hold."""
    chosen = set(form.all("schools"))
    if not chosen or "*" in chosen:
        return []
    outside = [
        f"{each.name}, {school.name}"
        for school in schools
        for each in school.classes
        if school.school_id not in chosen and each.class_id in form.all("classes")
    ]
    text = f"Queste classi non sono in una delle scuole scelte: {'; '.join(outside)}."
    return [Message(text, "classes")] if outside else []


async def _staff_page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, typed: NewGrant = NO_GRANT
) -> HTMLResponse:
    schools, lines = await visitor.services.enrollment.schools(), await visitor.services.lines.every()
    return await visitor.page(
        "office/staff.html",
        grants=await visitor.services.staff.grants(),
        proposals=await visitor.services.staff.proposals(),
        roles=ROLES,
        schools=schools,
        classes=class_names(schools),
        lines=lines,
        line_names={line.line_id: line.name for line in lines},
        school_names={school.school_id: school.name for school in schools},
        toast=toast,
        trouble=trouble,
        typed=typed,
    )
