"""*Registro degli accessi*: who of the staff looked at one's data, in every service, and one's data in a file."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.services.privacy import OwnDataIncompleteError
from clients.visitor import Guardian

router = APIRouter(prefix="/portale/profilo", include_in_schema=False)


@router.get("/registro")
async def access_log(visitor: Guardian) -> HTMLResponse:
    """Who, when, what, in which role; the same within an hour is one line."""
    return await visitor.page("portal/access_log.html", log=await visitor.services.privacy.access_log(), no_file=())


@router.get("/dati.json")
async def own_data(visitor: Guardian) -> Response:
    """All that the services keep about the visitor: all of it, or a page that says why there is no file."""
    try:
        file = await visitor.services.privacy.export(visitor.site.clock.now())
    except OwnDataIncompleteError as incomplete:
        return await visitor.page(
            "portal/access_log.html",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            log=await visitor.services.privacy.access_log(),
            no_file=incomplete.missing,
        )
    return visitor.file(file, "i-miei-dati.json")
