"""*Accessi*: where a person is signed in, and the way out of each device or of all."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.services.transport import ServiceProblem
from clients.visitor import Guardian, GuardianForm, see

router = APIRouter(prefix="/portale/profilo/accessi", include_in_schema=False)
GONE = "session-unknown"
TOASTS = {
    "chiuso": "L'accesso è stato chiuso: da quel dispositivo bisogna entrare di nuovo.",
    "gia-chiuso": "Questo accesso era già chiuso.",
}


@router.get("")
async def sessions(visitor: Guardian, esito: str = "") -> HTMLResponse:
    """The open sessions, this one marked."""
    opened = await visitor.services.profile.sessions()
    return await visitor.page("portal/sessions.html", sessions=opened, toast=TOASTS.get(esito, ""))


@router.post("/esci")
async def close_every(submission: GuardianForm) -> Response:
    """Out of every device, this one too: what follows is the public home."""
    await submission.visitor.services.profile.close_every_session()
    return see("/")


@router.post("/{reference}/chiudi")
async def close(submission: GuardianForm, reference: str) -> Response:
    """Out of one device."""
    try:
        await submission.visitor.services.profile.close_session(reference)
    except ServiceProblem as problem:
        if problem.slug != GONE:
            raise
        return see("/portale/profilo/accessi?esito=gia-chiuso")
    return see("/portale/profilo/accessi?esito=chiuso")
