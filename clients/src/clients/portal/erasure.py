"""*Cancellazione*: a person asks for the erasure of what need not be kept, and reads what came of it."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.portal.kept import GOES, STAYS
from clients.services.transport import Refusal
from clients.visitor import Guardian, GuardianForm, Visitor, see

PAGE: Final = "/portale/profilo/cancellazione"
TOASTS: Final = {
    "chiesta": "La richiesta è stata inviata all'ufficio.",
    "ritirata": "La richiesta è stata ritirata: non cancelliamo nulla.",
}

router = APIRouter(prefix=PAGE, include_in_schema=False)


@router.get("")
async def erasure(visitor: Guardian, esito: str = "") -> HTMLResponse:
    """What would go and what stays, and the requests made so far."""
    return await _page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def ask(submission: GuardianForm) -> Response:
    """Ask for it. What is erased does not come back, so it is confirmed."""
    visitor = submission.visitor
    if submission.form.text("confirmed") != "yes":
        trouble = Trouble([Message("Spunta la casella per confermare.", "confirmed")])
        return await _page(visitor, trouble=trouble)
    try:
        await visitor.services.erasures.ask()
    except Refusal as problem:
        return await _refused(visitor, problem)
    return see(f"{PAGE}?esito=chiesta")


@router.post("/{request_id}/ritira")
async def withdraw(submission: GuardianForm, request_id: str) -> Response:
    """Take it back; one that was answered meanwhile is said."""
    try:
        await submission.visitor.services.erasures.withdraw(request_id)
    except Refusal as problem:
        return await _refused(submission.visitor, problem)
    return see(f"{PAGE}?esito=ritirata")


async def _refused(visitor: Visitor, problem: Refusal) -> HTMLResponse:
    return await _page(visitor, trouble=trouble_from(problem))


async def _page(visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE) -> HTMLResponse:
    requests = await visitor.services.erasures.mine()
    return await visitor.page(
        "portal/erasure.html",
        requests=requests,
        waits=any(each.state == "open" for each in requests),
        goes=GOES,
        stays=STAYS,
        toast=toast,
        trouble=trouble,
    )
