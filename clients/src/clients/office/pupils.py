"""Pupils during the year: who is in a class, who changes it, who leaves a service."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.formats import day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.design.words import word
from clients.office.holders import holders_of
from clients.office.places import class_names
from clients.office.reasons import not_confirmed, reason_missing
from clients.services.enrollment import RIDES, Leaving, Move, RideChange
from clients.services.second_guardians import Ending
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Submission, Visitor, see

router = APIRouter(prefix="/ufficio/alunni", include_in_schema=False)
MOVE_FIELDS: Final = ("class_id", "first_day", "move_reason")
END_FIELDS: Final = ("last_day", "end_reason", "end_confirmed")
RIDE_FIELDS: Final = ("ride", "ride_day", "ride_reason")
SHARING_FIELDS: Final = ("sharing_reason", "sharing_confirmed")
TOASTS = {
    "spostato": "Il cambio di classe è registrato: dal giorno indicato l'alunno è sul registro della nuova classe.",
    "corse": "Il cambio delle corse è registrato. Se un periodo da quel giorno è già addebitato, fai il ricalcolo.",
    "terminata": "L'iscrizione finisce il giorno indicato: dopo, l'alunno non è più sul registro.",
    "altro-genitore": "È finita: l'altro genitore non vede l'alunno, e da domani i costi non si dividono.",
}


@router.get("")
async def pupils(visitor: Clerk, classe: Annotated[str, Query(max_length=60)] = "") -> HTMLResponse:
    """The pupils of one class; names are looked for in a list, never in an address."""
    enrollment = visitor.services.enrollment
    schools = await enrollment.schools()
    return await visitor.page(
        "office/pupils.html",
        schools=schools,
        classes=class_names(schools),
        class_id=classe,
        pupils=await enrollment.pupils_in(classe) if classe else (),
        trouble=NO_TROUBLE,
    )


@router.get("/{pupil_id}")
async def pupil(visitor: Clerk, pupil_id: str, esito: str = "") -> HTMLResponse:
    """One pupil, their enrolments, and what can be changed."""
    return await _pupil_page(visitor, pupil_id, toast=TOASTS.get(esito, ""))


@router.post("/{pupil_id}/classe")
async def move(submission: ClerkForm, pupil_id: str) -> Response:
    """Another class, of any school, from a day on."""
    form = submission.form
    messages, first_day = reason_missing(form, "move_reason"), day_from(form.text("first_day"))
    if first_day is None:
        messages.append(Message("Scrivi una data valida.", "first_day"))
    if not form.text("class_id"):
        messages.append(Message("Scegli la nuova classe.", "class_id"))
    if messages or first_day is None:
        return await _pupil_page(submission.visitor, pupil_id, trouble=Trouble(messages), form=form)
    wanted = Move(class_id=form.text("class_id"), first_day=first_day, reason=form.text("move_reason"))
    try:
        await submission.visitor.services.enrollment.move(pupil_id, wanted)
    except Refusal as problem:
        return await _refused(submission, pupil_id, problem)
    return see(f"/ufficio/alunni/{pupil_id}?esito=spostato")


@router.post("/{pupil_id}/iscrizioni/{enrolment_id}/termina")
async def end(submission: ClerkForm, pupil_id: str, enrolment_id: str) -> Response:
    """The enrolment ends earlier. It cannot be made longer again, so it is confirmed."""
    form = submission.form
    day_field, reason_field, tick = (f"{name}-{enrolment_id}" for name in END_FIELDS)
    messages, last_day = reason_missing(form, reason_field), day_from(form.text(day_field))
    if last_day is None:
        messages.append(Message("Scrivi una data valida.", day_field))
    messages += not_confirmed(form, tick)
    if messages or last_day is None:
        return await _pupil_page(submission.visitor, pupil_id, trouble=Trouble(messages), form=form)
    leaving = Leaving(last_day=last_day, reason=form.text(reason_field))
    try:
        await submission.visitor.services.enrollment.end(pupil_id, enrolment_id, leaving)
    except Refusal as problem:
        return await _refused(submission, pupil_id, problem)
    return see(f"/ufficio/alunni/{pupil_id}?esito=terminata")


@router.post("/{pupil_id}/iscrizioni/{enrolment_id}/corse")
async def change_ride(submission: ClerkForm, pupil_id: str, enrolment_id: str) -> Response:
    """The bus another way from a day on; what is charged already is rated again on its own page."""
    form = submission.form
    ride_field, day_field, reason_field = (f"{name}-{enrolment_id}" for name in RIDE_FIELDS)
    messages, first_day = reason_missing(form, reason_field), day_from(form.text(day_field))
    ride = next((each for each in RIDES if each == form.text(ride_field)), None)
    if ride is None:
        messages.append(Message("Scegli le corse.", ride_field))
    if first_day is None:
        messages.append(Message("Scrivi una data valida.", day_field))
    if messages or first_day is None or ride is None:
        return await _pupil_page(submission.visitor, pupil_id, trouble=Trouble(messages), form=form)
    change = RideChange(ride=ride, first_day=first_day, reason=form.text(reason_field))
    try:
        await submission.visitor.services.enrollment.change_ride(pupil_id, enrolment_id, change)
    except Refusal as problem:
        return await _refused(submission, pupil_id, problem)
    return see(f"/ufficio/alunni/{pupil_id}?esito=corse")


@router.post("/{pupil_id}/altro-genitore/{second_guardian_id}/termina")
async def end_second_guardian(submission: ClerkForm, pupil_id: str, second_guardian_id: str) -> Response:
    """The other guardian sees the pupil no longer. Only the two can agree on it again, so it is confirmed."""
    form = submission.form
    reason_field, tick = (f"{name}-{second_guardian_id}" for name in SHARING_FIELDS)
    messages = [*reason_missing(form, reason_field), *not_confirmed(form, tick)]
    if messages:
        return await _pupil_page(submission.visitor, pupil_id, trouble=Trouble(messages), form=form)
    ending = Ending(reason=form.text(reason_field))
    try:
        await submission.visitor.services.second_guardians.end_by_office(second_guardian_id, ending)
    except Refusal as problem:
        return await _refused(submission, pupil_id, problem)
    return see(f"/ufficio/alunni/{pupil_id}?esito=altro-genitore")


async def _refused(submission: Submission, pupil_id: str, problem: Refusal) -> HTMLResponse:
    return await _pupil_page(submission.visitor, pupil_id, trouble=trouble_from(problem), form=submission.form)


async def _pupil_page(
    visitor: Visitor,
    pupil_id: str,
    *,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
) -> HTMLResponse:
    enrollment = visitor.services.enrollment
    found, schools = await enrollment.pupil(pupil_id), await enrollment.schools()
    own = (*END_FIELDS, *RIDE_FIELDS)
    names = [*MOVE_FIELDS, *(f"{name}-{each.enrolment_id}" for each in found.enrolments for name in own)]
    names += (f"{name}-{each.second_guardian_id}" for each in found.second_guardians for name in SHARING_FIELDS)
    accounts = (each.account_id for each in found.enrolments)
    return await visitor.page(
        "office/pupil.html",
        pupil=found,
        schools=schools,
        classes=class_names(schools),
        rides=[(each, word("ride", each)) for each in RIDES],
        holders=await holders_of(visitor, (*accounts, *(each.holder_id for each in found.second_guardians))),
        typed={name: form.text(name) if form else "" for name in names},
        toast=toast,
        trouble=trouble,
    )
