"""Operators of the tablets: name one, give a code to choose a PIN with, lift a lock, take one off."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.operators import NewOperator, OperatorCode
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/tablet/operatori", include_in_schema=False)
PAGE = "/ufficio/tablet/operatori"
TOASTS = {
    "sbloccato": "L'operatore è sbloccato: può riprovare subito.",
    "tolto": "L'operatore è stato tolto: nessun tablet si apre più con il suo codice.",
}
NOBODY = NewOperator(fiscal_code="", name="")


@router.get("")
async def operators(visitor: Clerk, esito: str = "") -> HTMLResponse:
    """Operators and the form to name one."""
    return await _operators_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def name(submission: ClerkForm) -> Response:
    """Name an operator and show their code: once, so this answer is a page and not a redirect."""
    visitor, form = submission.visitor, submission.form
    wanted = NewOperator(fiscal_code=form.text("fiscal_code"), name=form.text("name"))
    messages = []
    if not wanted.name:
        messages.append(Message("Scrivi il nome che compare sul tablet.", "name"))
    if not wanted.fiscal_code:
        messages.append(Message("Scrivi il codice fiscale della persona.", "fiscal_code"))
    if messages:
        return await _operators_page(visitor, trouble=Trouble(messages), typed=wanted)
    try:
        made = await visitor.services.operators.name(wanted)
    except Refusal as problem:
        return await _operators_page(visitor, trouble=trouble_from(problem), typed=wanted)
    return await _code_page(visitor, made)


@router.post("/{operator_id}/codice")
async def renew(submission: ClerkForm, operator_id: str) -> Response:
    """Another code, shown once; the old PIN opens nothing any more."""
    visitor = submission.visitor
    return await _code_page(visitor, await visitor.services.operators.renew_code(operator_id))


@router.post("/{operator_id}/sblocca")
async def unlock(submission: ClerkForm, operator_id: str) -> Response:
    """Let them try again."""
    await submission.visitor.services.operators.unlock(operator_id)
    return see(f"{PAGE}?esito=sbloccato")


@router.post("/{operator_id}/togli")
async def end(submission: ClerkForm, operator_id: str) -> Response:
    """Take an operator off every tablet."""
    await submission.visitor.services.operators.end(operator_id)
    return see(f"{PAGE}?esito=tolto")


async def _code_page(visitor: Visitor, made: OperatorCode) -> HTMLResponse:
    return await visitor.page("office/operator_code.html", made=made)


async def _operators_page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, typed: NewOperator = NOBODY
) -> HTMLResponse:
    return await visitor.page(
        "office/operators.html",
        operators=await visitor.services.operators.every(),
        toast=toast,
        trouble=trouble,
        typed=typed,
    )
