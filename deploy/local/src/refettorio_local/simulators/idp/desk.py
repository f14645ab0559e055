"""The desk where requests wait for a person's choice. Everything is in memory and bounded."""

from collections import OrderedDict
from dataclasses import dataclass
from secrets import token_urlsafe

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.idp.authn_request import SentError, SignInRequest
from refettorio_local.simulators.idp.provider import CANCELLED, USER_ERRORS, Provider
from refettorio_local.simulators.idp.response import Answer, response_xml
from refettorio_local.simulators.idp.sessions import OpenSession, OpenSessions
from refettorio_local.simulators.idp.variants import REPLAY_LAST, VARIANTS

MOST_WAITING = 500
CANCEL_ACTION = "annulla"


class NotUsableError(Exception):
    """A choice that makes no sense: a used or unknown request, an unknown citizen or variant."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A document to be posted by the browser."""

    location: str
    document: bytes
    relay_state: str | None


class Desk:
    """Admits requests, answers each once; a sign-in the provider keeps a session for is written into `sessions`."""

    def __init__(self, clock: Clock, sessions: OpenSessions) -> None:
        self._clock = clock
        self._sessions = sessions
        self._waiting: OrderedDict[str, tuple[Provider, SignInRequest]] = OrderedDict()
        self._last_sent: dict[str, bytes] = {}  # by entityID of the service

    def admit(self, provider: Provider, request: SignInRequest) -> str:
        """Keep the request until a choice comes; returns its ticket, which nobody can guess."""
        ticket = token_urlsafe(24)
        self._waiting[ticket] = (provider, request)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        return ticket

    def refuse(self, provider: Provider, request: SignInRequest, error: SentError) -> Outgoing:
        """The answer to a request that breaks a rule of SPID."""
        return self._out(request, provider.answer_with_error(request, error, self._clock.now()))

    def answer(self, ticket: str, *, citizen_key: str, action: str, variant: str) -> Outgoing:
        """The answer for a ticket. `action` is empty, "annulla" or an error as "nr19". Raises NotUsableError."""
        if ticket not in self._waiting:
            raise NotUsableError("Questa richiesta è già stata usata o è scaduta: torna al servizio e riprova.")
        provider, request = self._waiting[ticket]
        given = self._answer(provider, request, citizen_key=citizen_key, action=action)
        if variant == REPLAY_LAST:
            if request.service.entity_id not in self._last_sent:
                raise NotUsableError("Non c'è ancora una risposta da ripetere.")
            document = self._last_sent[request.service.entity_id]
            del self._waiting[ticket]
            return Outgoing(request.consumer_url, document, request.relay_state)
        if variant:
            if variant not in VARIANTS:
                raise NotUsableError("Questa variante non esiste.")
            given = VARIANTS[variant](given)
        del self._waiting[ticket]
        if given.attributes and given.session_index and not variant:
            self._sessions.add(
                OpenSession(
                    scheme=provider.scheme,
                    service=request.service.entity_id,
                    citizen=citizen_key,
                    name_id=given.name_id,
                    index=given.session_index,
                )
            )
        return self._out(request, given)

    def _answer(self, provider: Provider, request: SignInRequest, *, citizen_key: str, action: str) -> Answer:
        now = self._clock.now()
        if action:
            codes = {f"nr{code}": code for code in USER_ERRORS} | {CANCEL_ACTION: CANCELLED}
            if action not in codes:
                raise NotUsableError("Questo esito non esiste.")
            error = SentError(codes[action], USER_ERRORS[codes[action]])
            return provider.answer_with_error(request, error, now)
        citizen = next((who for who in provider.citizens if who.key == citizen_key), None)
        if citizen is None:
            raise NotUsableError("Scegli una delle persone dell'elenco.")
        return provider.answer_with(citizen, request, now)

    def _out(self, request: SignInRequest, given: Answer) -> Outgoing:
        document = response_xml(given)
        self._last_sent[request.service.entity_id] = document
        return Outgoing(request.consumer_url, document, request.relay_state)
