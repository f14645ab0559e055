"""*Registro degli accessi*: who of the staff looked at one's data, and one's data in a file."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.visitor import Guardian

router = APIRouter(prefix="/portale/profilo", include_in_schema=False)


@router.get("/registro")
async def access_log(visitor: Guardian) -> HTMLResponse:
    """Who, when, what, in which role."""
    return await visitor.page("portal/access_log.html", accesses=await visitor.services.profile.accesses())


@router.get("/dati.json")
async def own_data(visitor: Guardian) -> Response:
    """All that the register of people keeps about the visitor."""
    return visitor.file(await visitor.services.profile.export(), "i-miei-dati.json")
