"""People, as the office sees them: found by code or name, with all that is known of them in one place."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.formats import day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.places import class_names
from clients.office.reasons import not_confirmed, reason_missing
from clients.services.identity import Contact
from clients.services.ledger import Account
from clients.services.people import Death, FoundPeople, Mistake
from clients.services.transport import Refusal, ServiceProblem
from clients.visitor import Clerk, ClerkForm, OfficeForm, Submission, Visitor, see

router = APIRouter(prefix="/ufficio/persone", include_in_schema=False)
FIELDS: Final = ("acting_reason", "died_on", "death_reason", "death_confirmed", "mistake_reason", "mistake_confirmed")
TOASTS: Final = {
    "deceduta": "La persona risulta deceduta: i suoi accessi sono chiusi e non riceve più messaggi.",
    "unite": "Le due schede sono unite: questa è quella tenuta.",
    "in-vita": "L'annotazione è annullata: la persona può di nuovo accedere e riceve i messaggi.",
}


@router.get("")
async def people(visitor: Clerk) -> HTMLResponse:
    """The form to search with."""
    return await _search_page(visitor)


@router.post("")
async def search(submission: ClerkForm) -> HTMLResponse:
    """Who was found. Posted: names and codes stand in no address, no history, no log."""
    visitor, text = submission.visitor, submission.form.text("text")
    if not text:
        return await _search_page(visitor, trouble=Trouble([Message("Scrivi che cosa cercare.", "text")]))
    try:
        found = await visitor.services.people.search(text)
    except Refusal as problem:
        return await _search_page(visitor, text=text, trouble=Trouble([Message(problem.detail, "text")]))
    return await _search_page(visitor, text=text, found=found)


@router.get("/{guardian_id}")
async def person(visitor: Clerk, guardian_id: str, esito: str = "") -> HTMLResponse:
    """Everything about one person; of their contacts only enough to recognise them."""
    return await _person_page(visitor, guardian_id, toast=TOASTS.get(esito, ""))


@router.post("/{guardian_id}/recapiti")
async def contacts(submission: ClerkForm, guardian_id: str) -> HTMLResponse:
    """The same with the contacts as they are: a look of its own, written down as one."""
    seen = await submission.visitor.services.identity.person(guardian_id)
    return await _person_page(submission.visitor, guardian_id, shown=seen.contacts)


@router.post("/{guardian_id}/decesso")
async def deceased(submission: ClerkForm, guardian_id: str) -> Response:
    """The person died. It shuts them out at once, so it is confirmed."""
    form = submission.form
    messages, died_on = reason_missing(form, "death_reason"), day_from(form.text("died_on"))
    if died_on is None:
        messages.append(Message("Scrivi il giorno del decesso.", "died_on"))
    messages += not_confirmed(form, "death_confirmed")
    if messages or died_on is None:
        return await _person_page(submission.visitor, guardian_id, trouble=Trouble(messages), form=form)
    death = Death(died_on=died_on, reason=form.text("death_reason"))
    try:
        await submission.visitor.services.people.mark_deceased(guardian_id, death)
    except ServiceProblem as problem:
        return await _refused(submission, guardian_id, problem)
    return see(f"/ufficio/persone/{guardian_id}?esito=deceduta")


@router.post("/{guardian_id}/decesso/annulla")
async def living(submission: ClerkForm, guardian_id: str) -> Response:
    """It was a mistake."""
    form = submission.form
    messages = reason_missing(form, "mistake_reason") + not_confirmed(form, "mistake_confirmed")
    if messages:
        return await _person_page(submission.visitor, guardian_id, trouble=Trouble(messages), form=form)
    try:
        await submission.visitor.services.people.mark_living(guardian_id, Mistake(reason=form.text("mistake_reason")))
    except ServiceProblem as problem:
        return await _refused(submission, guardian_id, problem)
    return see(f"/ufficio/persone/{guardian_id}?esito=in-vita")


@router.post("/{guardian_id}/agisci")
async def act(submission: OfficeForm, guardian_id: str) -> Response:
    """For half an hour the clerk does at the counter what the family would do; the portal opens for it."""
    visitor, form = submission.visitor, submission.form
    messages = reason_missing(form, "acting_reason")
    if messages:
        return await _person_page(visitor, guardian_id, trouble=Trouble(messages), form=form)
    try:
        await visitor.services.identity.act_at_counter(guardian_id, form.text("acting_reason"))
    except ServiceProblem as problem:
        return await _refused(submission, guardian_id, problem)
    return see("/portale/")


async def _refused(submission: Submission, guardian_id: str, problem: ServiceProblem) -> HTMLResponse:
    """Also what this clerk may not do is said beside the form, and not as a page that is not theirs."""
    if not problem.is_refusal and problem.slug not in {"own-record", "staff-record", "acting-not-allowed"}:
        raise problem
    trouble = trouble_from(problem)
    return await _person_page(submission.visitor, guardian_id, trouble=trouble, form=submission.form)


async def _search_page(
    visitor: Visitor, *, text: str = "", found: FoundPeople | None = None, trouble: Trouble = NO_TROUBLE
) -> HTMLResponse:
    return await visitor.page("office/people.html", text=text, found=found, trouble=trouble)


async def _person_page(
    visitor: Visitor,
    guardian_id: str,
    *,
    shown: tuple[Contact, ...] = (),
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
) -> HTMLResponse:
    enrollment = visitor.services.enrollment
    return await visitor.page(
        "office/person.html",
        typed={name: form.text(name) if form else "" for name in FIELDS},
        toast=toast,
        trouble=trouble,
        person=await visitor.services.people.record(guardian_id),
        shown=shown,
        children=await enrollment.pupils_of(guardian_id),
        classes=class_names(await enrollment.schools()),
        account=await _account_of(visitor, guardian_id),
    )


async def _account_of(visitor: Visitor, guardian_id: str) -> Account | None:
    """None while nothing moved on it."""
    try:
        return await visitor.services.ledger.account_of(guardian_id)
    except ServiceProblem as problem:
        if problem.status != HTTPStatus.NOT_FOUND:
            raise
        return None
