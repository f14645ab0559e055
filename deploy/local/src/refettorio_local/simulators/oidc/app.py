"""The pages and endpoints of a Trust Anchor (`/ta`) and an OpenID provider (`/op`), in one process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.idp.citizens import CIE, Citizen, citizens_of
from refettorio_local.simulators.oidc.answer import VARIANTS, Occasion, regular
from refettorio_local.simulators.oidc.clients import Clients, accepted, checked_assertion
from refettorio_local.simulators.oidc.desk import Desk, Grant
from refettorio_local.simulators.oidc.jose import RefusedError, lock_for, new_key
from refettorio_local.simulators.oidc.settings import Settings
from refettorio_local.simulators.oidc.statements import Federation
from refettorio_local.simulators.web import Pages, create_app, problem, wants_json

STATEMENT_TYPE = "application/entity-statement+jwt"
ERRORS = ("access_denied", "consent_required", "server_error", "temporarily_unavailable", "invalid_request")
PAGES = Pages(
    "oidc",
    title="CIE con OpenID Connect",
    explanation="Qui, al posto della carta d'identità elettronica, scegli tu chi sei.",
)


class OpenIdFederation:
    """Keys made at start: a restart is another federation."""

    def __init__(self, settings: Settings, clock: Clock, clients: Clients) -> None:
        self._clock = clock
        self._clients = clients
        self._settings = settings
        self._desk = Desk()
        self._fault = ""
        self._federation = Federation(
            base_url=settings.base_url,
            anchor_key=new_key(),
            own_key=new_key(),
            core_key=new_key(),
            strange_key=new_key(),
        )

    def routes(self) -> list[Route]:
        """Every address."""
        return [
            Route("/", self._home),
            Route("/api/fault", self._set_fault, methods=["POST"]),
            Route("/api/revoked", self._revoked),
            Route("/ta/.well-known/openid-federation", self._anchors_own),
            Route("/ta/fetch", self._fetch),
            Route("/op/.well-known/openid-federation", self._providers_own),
            Route("/op/authorization", self._authorize),
            Route("/op/choose", self._choose, methods=["POST"]),
            Route("/op/token", self._token, methods=["POST"]),
            Route("/op/userinfo", self._userinfo),
            Route("/op/revocation", self._revoke, methods=["POST"]),
        ]

    async def _home(self, request: Request) -> Response:
        context = {"federation": self._federation, "clients": self._settings.clients, "fault": self._fault}
        return PAGES.show(request, "home", context)

    async def _set_fault(self, request: Request) -> Response:
        """`{"fault": "provider-signature"}`: what is wrong in the statements from now on; empty for nothing."""
        self._fault = str((await request.json()).get("fault", ""))
        return JSONResponse({"fault": self._fault})

    async def _revoked(self, _request: Request) -> Response:
        return JSONResponse({"revoked": self._desk.revoked})

    async def _anchors_own(self, _request: Request) -> Response:
        return _statement(self._federation.anchors_own(self._clock.now(), self._fault))

    async def _providers_own(self, _request: Request) -> Response:
        return _statement(self._federation.providers_own(self._clock.now(), self._fault))

    async def _fetch(self, request: Request) -> Response:
        subject = request.query_params.get("sub", "")
        if subject == self._federation.provider and self._fault != "not-subordinate":
            return _statement(self._federation.about_provider(self._clock.now(), self._fault))
        try:
            own = await self._clients.of(subject)
        except RefusedError as refusal:
            return _error("not_found", refusal, HTTPStatus.NOT_FOUND)
        return _statement(self._federation.about_client(subject, own["jwks"], self._clock.now()))

    async def _authorize(self, request: Request) -> Response:
        try:
            said = await accepted(self._clients, request.query_params, self._federation.provider, self._clock.now())
            ticket = self._desk.admit(said)
        except RefusedError as refusal:
            # Nothing of it is believed, so nobody is sent to an address it names.
            if wants_json(request):
                return problem(HTTPStatus.BAD_REQUEST, "invalid_request", str(refusal))
            return PAGES.show(request, "refused", {"reason": str(refusal)}, status=HTTPStatus.BAD_REQUEST)
        citizens = citizens_of(CIE)
        if wants_json(request):
            return JSONResponse({"request": ticket, "citizens": [citizen.key for citizen in citizens], "asked": said})
        context = {"ticket": ticket, "asked": said, "citizens": citizens, "errors": ERRORS, "variants": list(VARIANTS)}
        return PAGES.show(request, "choose", context)

    async def _choose(self, request: Request) -> Response:
        form = await _form(request)
        try:
            asked = self._desk.requests.take(form.get("request", ""))
            location = await self._answered(asked, form)
        except RefusedError as refusal:
            if wants_json(request):
                return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Unusable choice", str(refusal))
            return PAGES.show(request, "refused", {"reason": str(refusal)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if wants_json(request):
            return JSONResponse({"location": location})
        return RedirectResponse(location, status_code=HTTPStatus.FOUND)

    async def _answered(self, asked: Mapping[str, Any], form: Mapping[str, str]) -> str:
        """Where the browser goes now. Raises RefusedError."""
        back = {"state": str(asked["state"]), "iss": self._federation.provider}
        action = form.get("action", "")
        if action:
            # Some say in words which row of the SPID table it is.
            error = {"error": "access_denied", "error_description": f"ErrorCode {action}"}
            back |= error if action.startswith("nr") else {"error": action}
            return f"{asked['redirect_uri']}?{urlencode(back)}"
        metadata = await self._clients.metadata(str(asked["client_id"]))
        occasion = Occasion(
            citizen=_citizen(form.get("citizen", "")),
            request=asked,
            provider=self._federation.provider,
            key=self._federation.core_key,
            strange_key=self._federation.strange_key,
            lock=lock_for(metadata.get("jwks")),
            now=self._clock.now(),
        )
        answer = regular(occasion)
        if variant := form.get("variant", ""):
            if variant not in VARIANTS:
                raise RefusedError("there is no such variant")
            answer = VARIANTS[variant](answer, occasion)
        back = {"state": str(asked["state"])} | ({"iss": answer.sender} if answer.sender else {})
        if answer.has_code:
            back["code"] = self._desk.code_for(Grant(request=asked, answer=answer))
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        try:
            proof = await self._proof(form, "token")
            return JSONResponse(self._desk.redeem(form, proof).token_response())
        except RefusedError as refusal:
            return _error("invalid_grant", refusal, HTTPStatus.BAD_REQUEST)

    async def _userinfo(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            answer = self._desk.tokens.take(token)
        except RefusedError as refusal:
            return _error("invalid_token", refusal, HTTPStatus.UNAUTHORIZED)
        self._desk.tokens.put(answer, token)
        if answer.is_silent:
            return _error("server_error", RefusedError("on purpose"), HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(answer.userinfo_response(), media_type="application/jose")

    async def _revoke(self, request: Request) -> Response:
        form = await _form(request)
        try:
            self._desk.revoke(form.get("token", ""), await self._proof(form, "revocation"))
        except RefusedError as refusal:
            return _error("invalid_client", refusal, HTTPStatus.UNAUTHORIZED)
        return Response()

    async def _proof(self, form: Mapping[str, str], endpoint: str) -> str:
        address = f"{self._federation.provider}/{endpoint}"
        return await checked_assertion(self._clients, form, address, self._clock.now())


def openid_federation(settings: Settings, clock: Clock, clients: Clients | None = None) -> Starlette:
    """The application; `clients` is given by tests."""
    known = clients or Clients(settings.clients)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await known.close()

    return create_app(OpenIdFederation(settings, clock, known).routes(), lifespan=lifespan)


def _citizen(key: str) -> Citizen:
    for citizen in citizens_of(CIE):
        if citizen.key == key:
            return citizen
    raise RefusedError("choose one of the people in the list")


def _statement(token: str) -> Response:
    return Response(token, media_type=STATEMENT_TYPE)


def _error(code: str, refusal: RefusedError, status: HTTPStatus) -> JSONResponse:
    return JSONResponse({"error": code, "error_description": str(refusal)}, status_code=status)


async def _form(request: Request) -> Mapping[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
