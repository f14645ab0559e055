"""The pages and endpoints of the identity provider."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.idp.authn_request import Expected, SentError, accept
from refettorio_local.simulators.idp.citizens import CIE, CITIZENS, SPID, described
from refettorio_local.simulators.idp.desk import Desk, NotUsableError, Outgoing
from refettorio_local.simulators.idp.logout import LogoutMessage, answer_logout, ask_logout, is_good_answer
from refettorio_local.simulators.idp.messages import Incoming, ShownError, read_post, read_redirect
from refettorio_local.simulators.idp.metadata import metadata_xml
from refettorio_local.simulators.idp.provider import USER_ERRORS, Provider
from refettorio_local.simulators.idp.service_providers import ServiceProviders
from refettorio_local.simulators.idp.sessions import OpenSessions
from refettorio_local.simulators.idp.settings import Settings
from refettorio_local.simulators.idp.variants import REPLAY_LAST, VARIANTS
from refettorio_local.simulators.web import Pages, create_app, problem, wants_json

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
NAMES = {SPID: "Identity provider SPID", CIE: "Entra con CIE"}
PAGES = Pages(
    "idp",
    title="Identità digitale",
    explanation="Qui, al posto di SPID e della carta d'identità elettronica, scegli tu chi sei.",
)


class SignIn:
    """The endpoints of one process: two providers, one desk."""

    def __init__(self, settings: Settings, clock: Clock, services: ServiceProviders) -> None:
        self._clock = clock
        self._services = services
        self._sessions = OpenSessions()
        self._desk = Desk(clock, self._sessions)
        self._portal_url = settings.portal_url
        self._providers = [
            Provider(scheme=scheme, name=NAMES[scheme], base_url=settings.base_url, keys=settings.keys)
            for scheme in (SPID, CIE)
        ]
        self._metadata = {provider.scheme: metadata_xml(provider) for provider in self._providers}

    def routes(self) -> list[Route]:
        """Every address, for both providers."""
        shared = [
            Route("/", self._home),
            Route("/sso/choose", self._choose, methods=["POST"]),
            Route("/citizens.json", self._citizens),
            Route("/sessions.json", self._open_sessions),
            Route("/slo/start", self._leave, methods=["POST"]),
        ]
        for provider in self._providers:
            path = provider.path
            shared += [
                Route(f"{path}/metadata", self._metadata_of(provider)),
                Route(f"{path}/sso", self._sign_in_to(provider), methods=["GET", "POST"]),
                Route(f"{path}/sso/choose", self._choose, methods=["POST"]),
                Route(f"{path}/slo", self._log_out_of(provider), methods=["GET", "POST"]),
            ]
        return shared

    async def _home(self, request: Request) -> Response:
        return PAGES.show(
            request,
            "home",
            {
                "citizens": CITIZENS,
                "providers": self._providers,
                "portal_url": self._portal_url,
                "sessions": self._sessions.all,
            },
        )

    async def _citizens(self, _request: Request) -> Response:
        return JSONResponse({"items": [described(citizen) for citizen in CITIZENS]})

    async def _open_sessions(self, _request: Request) -> Response:
        return JSONResponse({"items": [asdict(session) for session in self._sessions.all]})

    def _metadata_of(self, provider: Provider) -> Endpoint:
        async def endpoint(_request: Request) -> Response:
            return Response(self._metadata[provider.scheme], media_type="application/samlmetadata+xml")

        return endpoint

    def _sign_in_to(self, provider: Provider) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                incoming = await self._read(request)
                expected = Expected(destinations=(provider.sign_in_url, provider.entity_id), now=self._clock.now())
                asked, broken = accept(incoming, expected)
            except ShownError as error:
                return _refused(request, error)
            if broken is not None:
                return self._sent(request, self._desk.refuse(provider, asked, broken), broken)
            ticket = self._desk.admit(provider, asked)
            if wants_json(request):
                return JSONResponse({"request": ticket, "citizens": [c.key for c in provider.citizens]})
            context = {
                "provider": provider,
                "asked": asked,
                "ticket": ticket,
                "errors": USER_ERRORS,
                "variants": [*VARIANTS, REPLAY_LAST],
            }
            return PAGES.show(request, "choose", context)

        return endpoint

    def _log_out_of(self, provider: Provider) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                if "SAMLResponse" in request.query_params or "SAMLResponse" in await _form(request):
                    answer = await self._read(request, field="SAMLResponse")
                    return PAGES.show(request, "logged_out", {"is_sure": is_good_answer(answer)})
                incoming = await self._read(request)
                answered = answer_logout(incoming, provider, self._sessions, self._clock.now())
            except ShownError as error:
                return _refused(request, error)
            if provider.scheme == CIE:  # its server takes the request and answers nothing (CIE manual, "Logout")
                return PAGES.show(request, "logged_out", {"is_sure": True})
            return self._to_service(request, answered)

        return endpoint

    async def _leave(self, request: Request) -> Response:
        """The person signs out here, so the service must be told."""
        form = await _form(request)
        session = self._sessions.take(form.get("session", ""))
        if session is None:
            return PAGES.show(request, "error", {"code": None, "message": "Questo accesso è già chiuso."}, status=422)
        provider = next(each for each in self._providers if each.scheme == session.scheme)
        service = await self._services.of(session.service)
        binding = form.get("binding", "redirect")
        return self._to_service(request, ask_logout(session, service, provider, binding=binding, now=self._clock.now()))

    async def _choose(self, request: Request) -> Response:
        form = await _form(request)
        try:
            outgoing = self._desk.answer(
                form.get("request", ""),
                citizen_key=form.get("citizen", ""),
                action=form.get("action", ""),
                variant=form.get("variant", ""),
            )
        except NotUsableError as error:
            if wants_json(request):
                return problem(422, "Unusable choice", error.message)
            return PAGES.show(request, "error", {"code": None, "message": error.message}, status=422)
        return self._sent(request, outgoing, None)

    async def _read(self, request: Request, field: str = "SAMLRequest") -> Incoming:
        if request.method == "POST":
            return await read_post(await _form(request), self._services, field=field)
        query = request.scope["query_string"].decode("ascii", errors="replace")
        return await read_redirect(query, self._services, field=field)

    @staticmethod
    def _to_service(request: Request, outgoing: LogoutMessage) -> Response:
        if wants_json(request):
            return JSONResponse({"location": outgoing.location, "fields": outgoing.fields})
        if outgoing.fields is None:
            return RedirectResponse(outgoing.location, status_code=302)
        return PAGES.show(request, "send", {"location": outgoing.location, "fields": outgoing.fields, "broken": None})

    @staticmethod
    def _sent(request: Request, outgoing: Outgoing, broken: SentError | None) -> Response:
        fields = {"SAMLResponse": base64.b64encode(outgoing.document).decode()}
        if outgoing.relay_state is not None:
            fields["RelayState"] = outgoing.relay_state
        if wants_json(request):
            return JSONResponse({"location": outgoing.location, "fields": fields})
        context = {"location": outgoing.location, "fields": fields, "broken": broken}
        return PAGES.show(request, "send", context)


def identity_provider(settings: Settings, clock: Clock, services: ServiceProviders | None = None) -> Starlette:
    """The application; `services` is given by tests."""
    known = services or ServiceProviders(settings.metadata_urls)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await known.close()

    return create_app(SignIn(settings, clock, known).routes(), lifespan=lifespan)


async def _form(request: Request) -> Mapping[str, str]:
    form: FormData = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _refused(request: Request, error: ShownError) -> Response:
    if wants_json(request):
        return problem(403, f"nr{error.code:02d}", error.message)
    return PAGES.show(request, "error", {"code": error.code, "message": error.message}, status=403)
