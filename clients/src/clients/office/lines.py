"""Lines of transport: which there are, which schools they serve; enter one, change one."""

import re

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.lines import Line, LineSetUp
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/linee", include_in_schema=False)
TOASTS = {"registrata": "La linea è stata registrata."}
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
"""What enrollment takes for an identifier."""
NO_LINE = Line(line_id="", name="")


@router.get("")
async def lines(visitor: Clerk, linea: str = "", esito: str = "") -> HTMLResponse:
    """Every line, and the form to enter one; `linea` opens it on one that is there."""
    every = await visitor.services.lines.every()
    opened = next((each for each in every if each.line_id == linea), NO_LINE)
    return await _lines_page(visitor, typed=opened, changing=opened.line_id, toast=TOASTS.get(esito, ""))


@router.post("")
async def register(submission: ClerkForm) -> Response:
    """Enter a line, or change the one the form was opened on."""
    visitor, form = submission.visitor, submission.form
    changing = form.text("changing")
    typed = Line(line_id=changing or form.text("line_id"), name=form.text("name"), school_ids=form.all("schools"))
    messages = _wrong(form, typed)
    if not changing and any(each.line_id == typed.line_id for each in await visitor.services.lines.every()):
        messages.append(Message("C'è già una linea con questo codice: per cambiarla, aprila dall'elenco.", "line_id"))
    if messages:
        return await _lines_page(visitor, typed=typed, changing=changing, trouble=Trouble(messages))
    try:
        await visitor.services.lines.put(typed.line_id, LineSetUp(name=typed.name, school_ids=typed.school_ids))
    except Refusal as problem:
        return await _lines_page(visitor, typed=typed, changing=changing, trouble=trouble_from(problem))
    return see("/ufficio/linee?esito=registrata")


def _wrong(form: PostedForm, typed: Line) -> list[Message]:
    messages = []
    if CODE.fullmatch(typed.line_id) is None:
        text = "Scrivi un codice di lettere, cifre, punti e trattini, che cominci con una lettera o una cifra."
        messages.append(Message(text, "line_id"))
    if not typed.name:
        messages.append(Message("Scrivi il nome della linea.", "name"))
    if not form.all("schools"):
        messages.append(Message("Scegli almeno una scuola.", "schools"))
    return messages


async def _lines_page(
    visitor: Visitor, *, typed: Line, changing: str, toast: str = "", trouble: Trouble = NO_TROUBLE
) -> HTMLResponse:
    schools = await visitor.services.enrollment.schools()
    return await visitor.page(
        "office/lines.html",
        lines=await visitor.services.lines.every(),
        schools=schools,
        school_names={school.school_id: school.name for school in schools},
        typed=typed,
        changing=changing,
        toast=toast,
        trouble=trouble,
    )
