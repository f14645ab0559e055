"""*Comunicazioni*: what the municipality wrote to this family."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from clients.visitor import Reader

router = APIRouter(include_in_schema=False)


@router.get("/portale/comunicazioni")
async def communications(visitor: Reader) -> HTMLResponse:
    """Newest first."""
    found = await visitor.services.notify.communications()
    return await visitor.page("portal/communications.html", communications=found)
