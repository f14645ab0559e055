"""The area's home: the three menus of the notice."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from clients.visitor import Family

router = APIRouter(include_in_schema=False)


@router.get("/portale/")
@router.get("/portale")
async def area(visitor: Family) -> HTMLResponse:
    """Three cards, three menus."""
    return await visitor.page("portal/home.html")
