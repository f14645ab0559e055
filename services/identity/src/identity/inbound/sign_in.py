"""The way in that SPID and CIE share: to the provider by redirect or form, back by POST."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, Protocol
from urllib.parse import quote, urlencode

import structlog
from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from identity.domain.anomaly import Anomaly, anomaly
from identity.domain.device import device_in_words
from identity.domain.errors import (
    ResponseRefusedError,
    ShutOutError,
    UnknownIdentityProviderError,
    UnsolicitedResponseError,
)
from identity.domain.levels import Levels
from identity.domain.sign_in import Browser, Scheme, SignIn
from identity.inbound import cookies
from identity.inbound.cookies import SignInCookie
from identity.inbound.pages import carried_by_browser, courtesy_page
from identity.usecases.complete_sign_in import NotSignedIn, complete_sign_in
from identity.usecases.ports import Federation, Ports
from identity.usecases.start_sign_in import start_sign_in
from refettorio_chassis.auth import open_to_all
from refettorio_chassis.transaction import Runner

METADATA_TYPE: Final = "application/samlmetadata+xml"
LARGEST_FORM_FIELD: Final = 400_000
"""Characters of base64; a response of 256 KiB is the largest that is read."""

_REFUSED: Final = Anomaly(
    number=None,
    cause="provider",
    message="La risposta del gestore di identità non è stata accettata",
    advice="Per la tua sicurezza l'accesso è stato interrotto. Puoi riprovare dall'inizio.",
)
_SHUT_OUT: Final = Anomaly(
    number=None,
    cause="person",
    message="L'accesso ai servizi scolastici con questa identità è stato chiuso dal Comune",
    advice="Se pensi che sia un errore, rivolgiti all'ufficio Servizi scolastici con un documento.",
)
_NOT_AWAITED: Final = Anomaly(
    number=None,
    cause="person",
    message="Questo accesso è scaduto, è già stato usato o è stato iniziato in un altro browser",
    advice="Ripeti l'accesso dall'inizio.",
)
_NO_SUCH_PROVIDER: Final = Anomaly(
    number=None,
    cause="person",
    message="Il gestore di identità scelto non è tra quelli riconosciuti",
    advice="Scegli un gestore dall'elenco.",
)

log = structlog.get_logger(__name__)


class Relying(Protocol):
    """What the routes need of a scheme that goes by OpenID Connect."""

    async def refresh(self) -> None: ...
    async def redeemed(self, query: str, sign_in: SignIn) -> bytes: ...
    def configuration(self, now: datetime) -> str: ...
    def resolution(self, provider: str, anchor: str, now: datetime) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """What the routes of one scheme are made of."""

    scheme: Scheme
    run: Runner[Ports]
    federation: Federation
    metadata: Callable[[Scheme], bytes]
    levels: Levels
    public_url: str
    relying: Relying | None = None
    """Who speaks OpenID Connect for the scheme; without, it goes by SAML. Each closes the door of the other."""

    @property
    def cookie(self) -> SignInCookie:
        return SignInCookie(self.public_url)


def sign_in_router(entrance: Entrance) -> APIRouter:
    """`/auth/<scheme>/metadata`, `login`, `acs`."""
    router = APIRouter(prefix=f"/auth/{entrance.scheme}", dependencies=[Depends(open_to_all)], tags=["sign-in"])

    @router.get("/metadata")
    async def metadata() -> Response:
        """Our signed metadata."""
        return Response(entrance.metadata(entrance.scheme), media_type=METADATA_TYPE)

    @router.get("/login")
    async def login(
        request: Request,
        idp: Annotated[str, Query(max_length=1000)] = "",
        next_path: Annotated[str | None, Query(alias="next", max_length=600)] = None,
    ) -> Response:
        """Go to the identity provider `idp` (its entityID), then to `next`."""
        return await _login(entrance, request, idp, next_path)

    @router.post("/acs")
    async def assertion_consumer(
        request: Request,
        saml_response: Annotated[str, Form(alias="SAMLResponse", max_length=LARGEST_FORM_FIELD)] = "",
        relay_state: Annotated[str, Form(alias="RelayState", max_length=200)] = "",
    ) -> Response:
        """The response of the identity provider, carried by the browser."""
        if entrance.relying is not None:
            return not_found()
        return await _consume(entrance, request, saml_response, relay_state)

    return router


async def _login(entrance: Entrance, request: Request, idp: str, next_path: str | None) -> Response:
    await entrance.federation.refresh()
    try:
        started = await entrance.run(
            start_sign_in,
            scheme=entrance.scheme,
            provider=idp,
            next_path=next_path,
            levels=entrance.levels,
            browser=browser_of(entrance, request),
        )
    except UnknownIdentityProviderError:
        return not_found()
    response = carried_by_browser(started.message)
    entrance.cookie.set(response, started.browser_secret)
    return response


async def _consume(entrance: Entrance, request: Request, saml_response: str, relay_state: str) -> Response:
    await entrance.federation.refresh()
    try:
        document = base64.b64decode("".join(saml_response.split()), validate=True)
    except (binascii.Error, ValueError):
        return courtesy_page(_REFUSED, status=HTTPStatus.BAD_REQUEST, retry_url="/accedi")
    return await completed(entrance, document, relay_state, browser_of(entrance, request))


async def completed(entrance: Entrance, document: bytes, relay_state: str, browser: Browser) -> Response:
    """The end of a sign-in, whatever language it went by: into the site, or the page that says why not."""
    try:
        outcome = await entrance.run(
            complete_sign_in,
            scheme=entrance.scheme,
            document=document,
            relay_state=relay_state,
            browser=browser,
        )
    except UnsolicitedResponseError:
        return not_awaited()
    if isinstance(outcome, NotSignedIn):
        return _not_signed_in(outcome)
    response = RedirectResponse(outcome.next_path, status_code=HTTPStatus.FOUND)
    response.headers["cache-control"] = "no-store"
    cookies.set_session(response, outcome.session_secret)
    return response


def not_awaited() -> Response:
    """Nobody waits for this answer, in this browser, now."""
    return courtesy_page(_NOT_AWAITED, status=HTTPStatus.FORBIDDEN, retry_url="/accedi")


def not_found() -> Response:
    """No provider like this may be gone to, or may answer here."""
    return courtesy_page(_NO_SUCH_PROVIDER, status=HTTPStatus.NOT_FOUND, retry_url="/accedi")


def browser_of(entrance: Entrance, request: Request) -> Browser:
    """What the browser shows of itself."""
    return Browser(
        sign_in_secret=cookies.secret_in(request.cookies, entrance.cookie.name),
        session_secret=cookies.secret_in(request.cookies, cookies.SESSION),
        device=device_in_words(request.headers.get("user-agent", "")),
    )


def _not_signed_in(outcome: NotSignedIn) -> Response:
    if isinstance(outcome.reason, ShutOutError):
        return courtesy_page(_SHUT_OUT, status=HTTPStatus.FORBIDDEN, retry_url="/")
    if isinstance(outcome.reason, ResponseRefusedError):
        log.warning("response refused", scheme=outcome.scheme, rule=outcome.reason.rule)
        return courtesy_page(
            _REFUSED, status=HTTPStatus.FORBIDDEN, retry_url=f"/accedi?next={quote(outcome.next_path)}"
        )
    told = anomaly(outcome.reason.number)
    if told.cause == "request":
        # Nobody can sign in until we mend what we send.
        log.warning("request refused by the provider", scheme=outcome.scheme, number=told.number)
    else:
        log.info("sign-in ended by the provider", scheme=outcome.scheme, number=outcome.reason.number)
    again = urlencode({"idp": outcome.provider, "next": outcome.next_path})
    elsewhere = urlencode({"next": outcome.next_path})
    retry = f"/auth/{outcome.scheme}/login?{again}" if told.cause == "person" else f"/accedi?{elsewhere}"
    return courtesy_page(told, status=HTTPStatus.FORBIDDEN, retry_url=retry)
