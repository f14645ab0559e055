"""The pages of the mail server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.faults import Faults
from refettorio_local.simulators.mail.mailbox import Mailboxes
from refettorio_local.simulators.mail.settings import Settings
from refettorio_local.simulators.mail.smtp import Reception, listening
from refettorio_local.simulators.web import Pages, create_app

# What came in is shown without scripts, without forms and without a call to anybody.
FOREIGN_CONTENT = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
PAGES = Pages(
    "mail",
    title="Posta elettronica",
    explanation="Qui arrivano i messaggi mandati ai cittadini: nessuno parte davvero.",
)


class Reading:
    """List, message, its parts."""

    def __init__(self, mailboxes: Mailboxes, faults: Faults) -> None:
        self._mailboxes = mailboxes
        self._faults = faults

    def routes(self) -> list[Route]:
        """Pages and the JSON of the same."""
        return [
            Route("/", self._list),
            Route("/messaggi/{mail_id}", self._show),
            Route("/messaggi/{mail_id}/html", self._html),
            Route("/messaggi/{mail_id}/sorgente", self._source),
            Route("/messaggi/{mail_id}/allegati/{number:int}", self._attachment),
            Route("/api/messages", self._messages),
            Route("/api/messages", self._clear, methods=["DELETE"]),
            Route("/api/fault", self._faults.endpoint, methods=["GET", "POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        recipient = request.query_params.get("a") or None
        mails = self._mailboxes.newest_first(recipient)
        return PAGES.show(request, "home", {"mails": mails, "recipient": recipient})

    async def _show(self, request: Request) -> Response:
        mail = self._mailboxes.find(request.path_params["mail_id"])
        if mail is None:
            return PAGES.show(request, "gone", status=404)
        return PAGES.show(request, "message", {"mail": mail})

    async def _html(self, request: Request) -> Response:
        mail = self._mailboxes.find(request.path_params["mail_id"])
        if mail is None:
            return PAGES.show(request, "gone", status=404)
        return HTMLResponse(mail.html, headers={"Content-Security-Policy": FOREIGN_CONTENT})

    async def _source(self, request: Request) -> Response:
        mail = self._mailboxes.find(request.path_params["mail_id"])
        if mail is None:
            return PAGES.show(request, "gone", status=404)
        return PlainTextResponse(mail.source)

    async def _attachment(self, request: Request) -> Response:
        mail, number = self._mailboxes.find(request.path_params["mail_id"]), request.path_params["number"]
        if mail is None or not 1 <= number <= len(mail.attachments):
            return PAGES.show(request, "gone", status=404)
        attached = mail.attachments[number - 1]
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attached.name)}",
            "Content-Security-Policy": FOREIGN_CONTENT,
        }
        return Response(attached.content, media_type=attached.media_type, headers=headers)

    async def _messages(self, request: Request) -> Response:
        mails = self._mailboxes.newest_first(request.query_params.get("to"))
        return JSONResponse({"items": [mail.described() for mail in mails]})

    async def _clear(self, _request: Request) -> Response:
        self._mailboxes.clear()
        return JSONResponse({"items": []})


def mail_server(settings: Settings, clock: Clock) -> Starlette:
    """The application; the SMTP server lives as long as it."""
    mailboxes, faults = Mailboxes(), Faults()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with listening(settings, Reception(mailboxes, faults, clock)):
            yield

    return create_app(Reading(mailboxes, faults).routes(), lifespan=lifespan)
