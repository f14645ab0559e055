"""The frame of every simulator's pages: layout, assets, health, security headers, the server."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from refettorio_chassis.clock import ROME
from refettorio_local.simulators.settings import Listening

HERE = Path(__file__).parent
Lifespan: TypeAlias = Callable[[Starlette], AbstractAsyncContextManager[None]]
# Pages post to other parties (the answer of the identity provider), hence no `form-action`.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
)


class Pages:
    """The templates of one simulator; each knows the name that the layout shows."""

    def __init__(self, folder: str, *, title: str, explanation: str) -> None:
        self._templates = Jinja2Templates(directory=HERE / "templates")
        self._templates.env.filters.update(euros=euros, moment=moment, notice=grouped_notice)
        self._frame = {"simulator_title": title, "simulator_explanation": explanation}
        self._folder = folder

    def show(
        self,
        request: Request,
        name: str,
        context: Mapping[str, object] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        """The page `name` of this simulator's folder."""
        return self._templates.TemplateResponse(
            request,
            f"{self._folder}/{name}.html",
            {**self._frame, **(context or {})},
            status_code=status,
        )


def create_app(routes: Sequence[BaseRoute], *, lifespan: Lifespan | None = None) -> Starlette:
    """An application with the given routes, health and the shared assets."""
    return Starlette(
        routes=[
            *routes,
            Route("/health/live", _healthy),
            Route("/health/ready", _healthy),
            Mount("/assets", StaticFiles(directory=HERE / "assets")),
        ],
        middleware=[Middleware(SecurityHeaders)],
        lifespan=lifespan,
    )


def serve(app: Starlette, listening: Listening) -> None:
    """Serve until the process is told to end. Addresses are not logged: some carry identities."""
    uvicorn.run(
        app,
        host=listening.host,
        port=listening.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )


class SecurityHeaders:
    """Adds the content policy to every answer that has none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "strict-origin")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


def problem(status: int, title: str, detail: str) -> JSONResponse:
    """An error for machines, as `application/problem+json`."""
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
    )


def wants_json(request: Request) -> bool:
    """Whether the caller asked for JSON instead of a page."""
    return "application/json" in request.headers.get("accept", "")


def listing(read: Callable[[], Sequence[Mapping[str, object]]]) -> Callable[..., Awaitable[Response]]:
    """An endpoint that answers `{"items": […]}`."""

    async def endpoint(_request: Request) -> Response:
        return JSONResponse({"items": list(read())})

    return endpoint


def euros(cents: int) -> str:
    """Cents as an Italian amount: 123456 → `1.234,56 €`."""
    whole = f"{cents / 100:,.2f}"
    return whole.replace(",", "_").replace(".", ",").replace("_", ".") + " €"


def moment(value: datetime) -> str:
    """An instant as read on an Italian clock."""
    return value.astimezone(ROME).strftime("%d/%m/%Y %H:%M:%S")


def grouped_notice(number: str) -> str:
    """A notice number in groups of four digits, as printed on the letter."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


async def _healthy(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})
