"""The area's home: the three menus of the notice, and the texts in force that the person has not answered yet."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from clients.services.texts import Text
from clients.services.transport import ServiceProblem
from clients.visitor import Family, Visitor

router = APIRouter(include_in_schema=False)


@router.get("/portale/")
@router.get("/portale")
async def area(visitor: Family) -> HTMLResponse:
    """Three cards, three menus."""
    return await visitor.page("portal/home.html", asked=await _asked(visitor))


async def _asked(visitor: Visitor) -> list[Text]:
    """What only the person themselves can answer: nobody who acts for them is asked."""
    if visitor.caller.acting is not None:
        return []
    try:
        return [text for text in await visitor.services.texts.mine() if text.is_asked]
    except ServiceProblem:
        # Nobody is kept from the menus because a question cannot be put today: it is put tomorrow.
        return []
