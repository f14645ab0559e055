"""*Informative e consensi*: what a person was told and agreed to, in which version, and the way back from a consent."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Message, Trouble
from clients.services.transport import Refusal
from clients.visitor import Guardian, GuardianForm, Visitor, see

PAGE = "/portale/profilo/informative"
TOASTS = {"letta": "La conferma è stata salvata.", "ritirato": "Il consenso è stato ritirato."}

router = APIRouter(prefix=PAGE, include_in_schema=False)


@router.get("")
async def texts(visitor: Guardian, esito: str = "") -> HTMLResponse:
    """Every text in force and one's standing to it."""
    return await _page(visitor, toast=TOASTS.get(esito, ""))


@router.post("/{text_id}/accetta")
async def accept(submission: GuardianForm, text_id: str) -> Response:
    """The version that stood on the page; when another took its place meanwhile, it is to be read first."""
    try:
        await submission.visitor.services.texts.accept(text_id, submission.form.text("version"))
    except Refusal as problem:
        return await _page(submission.visitor, trouble=Trouble([Message(problem.detail)]))
    return see(f"{PAGE}?esito=letta")


@router.post("/{text_id}/ritira")
async def withdraw(submission: GuardianForm, text_id: str) -> Response:
    """Take a consent back."""
    await submission.visitor.services.texts.withdraw(text_id)
    return see(f"{PAGE}?esito=ritirato")


async def _page(visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE) -> HTMLResponse:
    return await visitor.page(
        "portal/texts.html",
        status=HTTPStatus.CONFLICT if trouble.messages else HTTPStatus.OK,
        texts=await visitor.services.texts.mine(),
        toast=toast,
        trouble=trouble,
    )
