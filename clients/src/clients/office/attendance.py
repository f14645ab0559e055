"""Sheets: look at a class on a day, correct a mark with its reason, send or reopen."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Final, Literal, get_args

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.design.words import word
from clients.office.places import class_names
from clients.services.attendance import Correction, MealKind, Reopening, Sheet
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/presenze", include_in_schema=False)
KINDS: Final[tuple[MealKind, ...]] = get_args(MealKind)
TOASTS = {
    "corretta": "La presenza è stata corretta.",
    "inviato": "Il foglio presenze è stato inviato.",
    "riaperto": "Il foglio presenze è stato riaperto.",
}


@router.get("")
async def sheet(
    visitor: Clerk,
    classe: Annotated[str, Query(max_length=80)] = "",
    giorno: Annotated[str, Query(max_length=10)] = "",
    esito: str = "",
) -> HTMLResponse:
    """The sheet of a class on a day, today when no day is given."""
    return await _sheet_page(visitor, classe, giorno, toast=TOASTS.get(esito, ""))


@router.post("/correggi")
async def correct(submission: ClerkForm) -> Response:
    """Change one mark or the kind of one meal, with the reason the family reads."""
    form = submission.form
    class_id, day, mark, reason = (form.text(name) for name in ("class_id", "day", "mark", "reason"))
    wanted: Literal["present", "absent"] = "present" if mark == "present" else "absent"
    kind: MealKind = next((each for each in KINDS if each == form.text("kind")), "full")
    if not reason:
        trouble = Trouble([Message("Scrivi il motivo della correzione.", "reason")])
        return await _sheet_page(submission.visitor, class_id, day, trouble=trouble, chosen=form.text("pupil_id"))
    correction = Correction(
        class_id=class_id, day=_day(day), pupil_id=form.text("pupil_id"), mark=wanted, kind=kind, reason=reason
    )
    try:
        await submission.visitor.services.attendance.correct(correction)
    except Refusal as problem:
        return await _refused(submission, class_id, day, problem)
    return see(f"/ufficio/presenze?classe={class_id}&giorno={day}&esito=corretta")


@router.post("/invia")
async def close(submission: ClerkForm) -> Response:
    """Send the sheet in place of the tablet."""
    class_id, day = submission.form.text("class_id"), submission.form.text("day")
    try:
        await submission.visitor.services.attendance.close_sheet(class_id, _day(day))
    except Refusal as problem:
        return await _refused(submission, class_id, day, problem)
    return see(f"/ufficio/presenze?classe={class_id}&giorno={day}&esito=inviato")


@router.post("/riapri")
async def reopen(submission: ClerkForm) -> Response:
    """Open a sheet again, with its reason."""
    class_id, day = submission.form.text("class_id"), submission.form.text("day")
    reopening = Reopening(reason=submission.form.text("reopening_reason"))
    try:
        await submission.visitor.services.attendance.reopen_sheet(class_id, _day(day), reopening)
    except Refusal as problem:
        return await _refused(submission, class_id, day, problem)
    return see(f"/ufficio/presenze?classe={class_id}&giorno={day}&esito=riaperto")


async def _refused(submission: ClerkForm, class_id: str, day: str, problem: Refusal) -> HTMLResponse:
    return await _sheet_page(submission.visitor, class_id, day, trouble=trouble_from(problem))


async def _sheet_page(
    visitor: Visitor, class_id: str, day: str, *, toast: str = "", trouble: Trouble = NO_TROUBLE, chosen: str = ""
) -> HTMLResponse:
    schools = await visitor.services.enrollment.schools()
    when = _day(day) if day else visitor.site.today()
    found: Sheet | None = None
    if class_id:
        found = await visitor.services.attendance.sheet(class_id, when)
    operators = await visitor.services.operators.every() if found and found.has_operators else ()
    return await visitor.page(
        "office/sheet.html",
        schools=schools,
        classes=class_names(schools),
        class_id=class_id,
        day=when,
        sheet=found,
        operators={each.operator_id: each.name for each in operators},
        chosen=chosen,
        kinds=[(each, word("portion", each)) for each in KINDS],
        toast=toast,
        trouble=trouble,
    )


def _day(text: str) -> date:
    """The day in a form or an address. Our own pages send ISO days; anything else is no page of ours."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
