"""*Comunicazioni*: what the municipality wrote to this family."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from clients.visitor import Guardian

router = APIRouter(include_in_schema=False)


@router.get("/portale/comunicazioni")
async def communications(visitor: Guardian) -> HTMLResponse:
    """Newest first."""
    found = await visitor.services.notify.communications()
    return await visitor.page("portal/communications.html", communications=found)
