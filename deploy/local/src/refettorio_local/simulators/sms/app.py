"""The phones, as a page and for machines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.faults import Faults
from refettorio_local.simulators.sms.centre import Centre
from refettorio_local.simulators.sms.phones import Phones
from refettorio_local.simulators.sms.settings import Settings
from refettorio_local.simulators.sms.smpp import listening
from refettorio_local.simulators.web import Pages, create_app

PAGES = Pages(
    "sms",
    title="Telefoni",
    explanation="Qui arrivano gli SMS mandati ai cittadini: nessun telefono squilla davvero.",
)


def message_centre(settings: Settings, clock: Clock) -> Starlette:
    """The application; the SMPP port lives as long as it."""
    phones, faults = Phones(), Faults()
    centre = Centre(settings, phones, faults, clock)

    async def show(request: Request) -> Response:
        return PAGES.show(request, "home", {"phones": phones.by_number()})

    async def messages(request: Request) -> Response:
        found = phones.newest_first(request.query_params.get("to"))
        return JSONResponse({"items": [message.described() for message in found]})

    async def clear(_request: Request) -> Response:
        phones.clear()
        return JSONResponse({"items": []})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with listening(centre):
            yield

    routes = [
        Route("/", show),
        Route("/api/messages", messages),
        Route("/api/messages", clear, methods=["DELETE"]),
        Route("/api/fault", faults.endpoint, methods=["GET", "POST"]),
    ]
    return create_app(routes, lifespan=lifespan)
