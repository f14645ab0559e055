"""The area's home: the three menus of the notice, and what waits for an answer: texts in force, other guardians."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from clients.portal.second_guardian import EXAMPLE_CENTS
from clients.services.second_guardians import SecondGuardian
from clients.services.texts import Text
from clients.services.transport import ServiceProblem
from clients.visitor import Family, Visitor

router = APIRouter(include_in_schema=False)


TOASTS: Final = {
    "rifiutato": "Hai risposto di no: per te non cambia nulla.",
    "superata": "Nel frattempo è cambiato qualcosa: quello che vedi qui è quello che vale adesso.",
}


@router.get("/portale/")
@router.get("/portale")
async def area(visitor: Family, esito: str = "") -> HTMLResponse:
    """Three cards, three menus."""
    waiting = await _waiting(visitor)
    return await visitor.page(
        "portal/home.html",
        asked=await _asked(visitor),
        invitations=[each for each in waiting if each.is_invitation],
        proposals=[each for each in waiting if each.asks_for_answer],
        example_cents=EXAMPLE_CENTS,
        toast=TOASTS.get(esito, ""),
    )


async def _asked(visitor: Visitor) -> list[Text]:
    """What only the person themselves can answer: nobody who acts for them is asked."""
    if visitor.caller.acting is not None:
        return []
    try:
        return [text for text in await visitor.services.texts.mine() if text.is_asked]
    except ServiceProblem:
        # Nobody is kept from the menus because a question cannot be put today: it is put tomorrow.
        return []


async def _waiting(visitor: Visitor) -> tuple[SecondGuardian, ...]:
    """Second guardians and shares to answer; a delegate, who cannot, is not asked."""
    if visitor.caller.acting is not None and "counter" not in visitor.caller.scopes:
        return ()
    try:
        return await visitor.services.second_guardians.mine()
    except ServiceProblem:
        return ()
