"""Printing the notices of a whole school: choose it, look how many letters, confirm, watch, fetch the files."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, Response

from clients.design.formats import cents_from
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.places import class_names
from clients.office.reasons import LIMITS, reason_missing
from clients.services.enrollment import School
from clients.services.prints import RULES, PrintOrder, PrintStart, PrintStop
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/stampe", include_in_schema=False)
STEPS = ("Scuola e importo", "Anteprima e conferma", "Avanzamento")
SERVICES = ("meals", "transport")
MOST_WEEKS = 40
# The ledger refuses shorter and longer ones.
Choice = Annotated[str, Field(max_length=60)]
FileNumber = Annotated[int, Path(ge=1, le=10_000)]


class Typed(BaseModel):
    """What the form of the first step holds."""

    scuola: Choice = ""
    classe: Choice = ""
    servizio: Choice = ""
    regola: Choice = ""
    settimane: Choice = ""
    importo: Choice = ""


FIELDS = tuple(Typed.model_fields)


@router.get("")
async def choose(visitor: Clerk) -> HTMLResponse:
    """First step, and the printings of the last weeks."""
    return await _choice_page(visitor, {})


@router.get("/anteprima")
async def preview(visitor: Clerk, typed: Annotated[Typed, Query()]) -> HTMLResponse:
    """Second step: how many letters there would be. Nothing is issued."""
    return await _preview_page(visitor, typed.model_dump())


@router.post("")
async def start(submission: ClerkForm) -> Response:
    """Notices are issued: it is meant only with the tick. Sent twice it is one printing."""
    visitor, form = submission.visitor, submission.form
    typed = {name: form.text(name) for name in FIELDS}
    schools = await visitor.services.enrollment.schools()
    order, messages = _order(typed, schools)
    if order is None or form.text("confirmed") != "yes":
        messages.append(Message("Spunta la casella per confermare la stampa.", "confirmed"))
        return await _preview_page(visitor, typed, trouble=Trouble(messages), run_id=form.text("run_id"))
    [school] = [each for each in schools if each.school_id == order.school_id]
    wanted = PrintStart(
        run_id=form.text("run_id") or _new_run_id(),
        class_names={each.class_id: each.name for each in school.classes},
        **order.model_dump(),
    )
    try:
        begun = await visitor.services.prints.start(wanted)
    except Refusal as problem:
        return await _choice_page(visitor, typed, trouble=trouble_from(problem))
    return see(f"/ufficio/stampe/{begun.run_id}")


@router.get("/{run_id}")
async def progress(visitor: Clerk, run_id: str) -> HTMLResponse:
    """Third step: how far it is, and the files made so far."""
    return await _progress_page(visitor, run_id)


@router.get("/{run_id}/avvisi-{number}.pdf")
async def file(visitor: Clerk, run_id: str, number: FileNumber) -> Response:
    """Some letters of the school, to be printed and handed out."""
    return visitor.file(await visitor.services.prints.file(run_id, number), f"avvisi-{run_id}-{number}.pdf")


@router.post("/{run_id}/interrompi")
async def stop(submission: ClerkForm, run_id: str) -> Response:
    """No more letters; the notices issued so far can be paid all the same."""
    visitor, reason = submission.visitor, submission.form.text("reason")
    if messages := reason_missing(submission.form, "reason"):
        return await _progress_page(visitor, run_id, trouble=Trouble(messages), reason=reason)
    await visitor.services.prints.stop(run_id, PrintStop(reason=reason))
    return see(f"/ufficio/stampe/{run_id}")


def _order(typed: Mapping[str, str], schools: Sequence[School]) -> tuple[PrintOrder | None, list[Message]]:
    school = next((each for each in schools if each.school_id == typed["scuola"]), None)
    rule = next((each for each in RULES if each == typed["regola"]), None)
    messages = []
    if school is None:
        messages.append(Message("Scegli la scuola.", "scuola"))
    elif typed["classe"] and typed["classe"] not in {each.class_id for each in school.classes}:
        messages.append(Message("Scegli una classe di questa scuola, oppure tutte.", "classe"))
    if typed["servizio"] not in SERVICES:
        messages.append(Message("Scegli il servizio.", "servizio"))
    if rule is None:
        messages.append(Message("Scegli quanto chiedere.", "regola-owed"))
    weeks = _weeks(typed["settimane"]) if rule == "weeks-of-meals" else None
    per_child_cents = cents_from(typed["importo"]) if rule == "fixed-per-child" else None
    if rule == "weeks-of-meals" and weeks is None:
        messages.append(Message(f"Scrivi quante settimane, da 1 a {MOST_WEEKS}.", "settimane"))
    if rule == "fixed-per-child" and not per_child_cents:
        messages.append(Message("Scrivi l'importo in euro per ogni figlio.", "importo"))
    if messages or school is None or rule is None:
        return None, messages
    order = PrintOrder(
        school_id=school.school_id,
        class_id=typed["classe"] or None,
        service=typed["servizio"],
        rule=rule,
        per_child_cents=per_child_cents,
        weeks=weeks,
    )
    return order, []


def _weeks(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 2 and 1 <= int(text) <= MOST_WEEKS else None


async def _choice_page(visitor: Visitor, typed: Mapping[str, str], *, trouble: Trouble = NO_TROUBLE) -> HTMLResponse:
    schools = await visitor.services.enrollment.schools()
    return await visitor.page(
        "office/prints.html",
        schools=schools,
        places=_places(schools),
        printings=await visitor.services.prints.recent(),
        services=SERVICES,
        rules=RULES,
        typed={name: typed.get(name, "") for name in FIELDS},
        steps=STEPS,
        step=0,
        trouble=trouble,
    )


async def _preview_page(
    visitor: Visitor, typed: Mapping[str, str], *, trouble: Trouble = NO_TROUBLE, run_id: str = ""
) -> HTMLResponse:
    schools = await visitor.services.enrollment.schools()
    order, messages = _order(typed, schools)
    if order is None:
        return await _choice_page(visitor, typed, trouble=Trouble(messages))
    try:
        seen = await visitor.services.prints.preview(order)
    except Refusal as problem:
        return await _choice_page(visitor, typed, trouble=trouble_from(problem))
    return await visitor.page(
        "office/print_preview.html",
        order=order,
        preview=seen,
        places=_places(schools),
        typed=typed,
        # Kept when the form comes back with errors: sent twice, it is one printing.
        run_id=run_id or _new_run_id(),
        steps=STEPS,
        step=1,
        trouble=trouble,
    )


async def _progress_page(
    visitor: Visitor, run_id: str, *, trouble: Trouble = NO_TROUBLE, reason: str = ""
) -> HTMLResponse:
    return await visitor.page(
        "office/print_progress.html",
        printing=await visitor.services.prints.printing(run_id),
        places=_places(await visitor.services.enrollment.schools()),
        limits=LIMITS,
        reason=reason,
        steps=STEPS,
        step=2,
        trouble=trouble,
    )


def _places(schools: Sequence[School]) -> Mapping[str, str]:
    """Names of schools and classes by their codes."""
    return {school.school_id: school.name for school in schools} | dict(class_names(schools))


def _new_run_id() -> str:
    return f"prn-{secrets.token_hex(12)}"
