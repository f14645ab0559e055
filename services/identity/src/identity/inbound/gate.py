"""What the gateway asks before every request (Envoy `ext_authz` over HTTP): `/internal/authorize/<original path>`.

200 lets the request through with the `Authorization` header given here; any other answer goes to the person as it is.
Not reachable through the gateway itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from identity.domain.access import Kind
from identity.domain.levels import Levels
from identity.domain.session import SessionLimits
from identity.inbound import cookies
from identity.inbound.guessing import WINDOW_SECONDS, Guesses
from identity.inbound.pages import closed_door
from identity.inbound.signs_of_life import SignsOfLife
from identity.usecases.authorize_machine import AccessTokens, MachineDirectory, authorize_machine
from identity.usecases.authorize_request import (
    PROOF_HEADER,
    Admitted,
    Arrival,
    Directory,
    Proofs,
    Refusal,
    Stopped,
    authorize_request,
    used_up,
)
from identity.usecases.ports import Ports
from refettorio_chassis.auth import open_to_all
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Runner
from refettorio_chassis.web import problem

PREFIX: Final = "/internal/authorize"
METHODS: Final = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]

_TOLD: Final = {
    Refusal.UNKNOWN_PATH: (HTTPStatus.NOT_FOUND, "non-trovato", "La pagina o il dato richiesto non esiste."),
    Refusal.NOT_SIGNED_IN: (HTTPStatus.UNAUTHORIZED, "accesso-richiesto", "Per continuare devi effettuare l'accesso."),
    Refusal.FORGED: (
        HTTPStatus.FORBIDDEN,
        "richiesta-da-altro-sito",
        "La richiesta non proviene da questo sito: ripeti l'operazione dalla pagina.",
    ),
    Refusal.LEVEL_TOO_LOW: (
        HTTPStatus.FORBIDDEN,
        "livello-insufficiente",
        "Per questa operazione serve un accesso con un livello di sicurezza più alto.",
    ),
    Refusal.WRONG_ROLE: (
        HTTPStatus.FORBIDDEN,
        "ruolo-non-autorizzato",
        "Questa operazione non è consentita con il tuo ruolo.",
    ),
    Refusal.ACTING: (
        HTTPStatus.FORBIDDEN,
        "rappresentanza-non-autorizzata",
        "Questa operazione non è consentita mentre agisci per conto di un'altra persona.",
    ),
    Refusal.ACTING_OVER: (
        HTTPStatus.FORBIDDEN,
        "rappresentanza-terminata",
        "Non agisci più per conto di un'altra persona: ricarica la pagina prima di continuare.",
    ),
    Refusal.OPERATOR_NEEDED: (
        HTTPStatus.FORBIDDEN,
        "operatore-richiesto",
        "Il tablet è bloccato: scegli il tuo nome e scrivi il codice operatore.",
    ),
    Refusal.PROOF_REFUSED: (
        HTTPStatus.UNAUTHORIZED,
        "prova-non-valida",
        "Il dispositivo non ha dimostrato la propria chiave: abbina di nuovo il tablet, o correggi il suo orologio.",
    ),
    Refusal.TOKEN_REFUSED: (
        HTTPStatus.UNAUTHORIZED,
        "gettone-non-valido",
        "Il gettone di accesso non è valido o è scaduto: chiedine un altro.",
    ),
    Refusal.SCOPE_MISSING: (
        HTTPStatus.FORBIDDEN,
        "ambito-non-autorizzato",
        "Questo sistema non è autorizzato per questa operazione.",
    ),
}
CHALLENGES: Final = {
    Refusal.PROOF_REFUSED: 'DPoP error="invalid_dpop_proof", algs="ES256"',
    Refusal.TOKEN_REFUSED: 'Bearer realm="refettorio", error="invalid_token"',
    Refusal.SCOPE_MISSING: 'Bearer realm="refettorio", error="insufficient_scope"',
}
"""RFC 6750, 3.1; RFC 9449, 7.1."""
MACHINE_HEADER: Final = "x-refettorio-machine"
"""The gateway moves a client's own `Authorization` here for this one question: nothing else ever sees it."""

log = structlog.get_logger(__name__)


class Issuer(AccessTokens, Protocol):
    """Makes the tokens, and reads those of machine clients."""

    def token(self, admitted: Admitted, now: datetime) -> str: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate decides by. `directory` remembers for some seconds; `afresh` asks the database."""

    directory: Directory
    afresh: Directory
    proofs: Proofs
    machines: MachineDirectory
    issuer: Issuer
    levels: Levels
    limits: SessionLimits
    clock: Clock
    public_url: str
    guesses: Guesses = field(default_factory=Guesses)


def gate_router(run: Runner[Ports], gate: Gate) -> APIRouter:
    """The one route, for any method and path."""
    router = APIRouter(prefix=PREFIX, dependencies=[Depends(open_to_all)], include_in_schema=False)

    signs = SignsOfLife(run)

    @router.api_route("/{path:path}", methods=METHODS)
    async def authorize(request: Request) -> Response:
        path, now = _original_path(request), gate.clock.now()
        token = _machine_token(request)
        if token and path.startswith("/api/"):
            # Before any cookie: no browser sends one, and who shows it wants to be it.
            verdict = await authorize_machine(gate.machines, gate.issuer, path=path, token=token, now=now)
        else:
            arrival = _arrival(request, path, gate.proofs)
            address = request.headers.get("x-forwarded-for", "")
            if gate.guesses.are_too_many(address):
                return _slow_down()
            verdict = await _decided(gate, arrival, now)
            if isinstance(verdict, Stopped):
                _note_guess(gate.guesses, address, arrival, verdict)
        if isinstance(verdict, Stopped):
            return _refusal(verdict, _with_query(path, request))
        if verdict.subject is None:
            return Response()
        signs.note(verdict)
        return Response(headers={"authorization": f"Bearer {gate.issuer.token(verdict, now)}"})

    return router


async def _decided(gate: Gate, arrival: Arrival, now: datetime) -> Admitted | Stopped:
    verdict = await _verdict(gate, gate.directory, arrival, now)
    if isinstance(verdict, Stopped) and verdict.reason is Refusal.OPERATOR_NEEDED:
        # The PIN may just have been typed at another process of ours, and its next request is this one.
        verdict = await _verdict(gate, gate.afresh, arrival, now)
    return await used_up(gate.proofs, verdict, now) if isinstance(verdict, Admitted) else verdict


async def _verdict(gate: Gate, directory: Directory, arrival: Arrival, now: datetime) -> Admitted | Stopped:
    return await authorize_request(
        directory, arrival, public_url=gate.public_url, levels=gate.levels, limits=gate.limits, now=now
    )


def _machine_token(request: Request) -> str:
    scheme, _, token = request.headers.get(MACHINE_HEADER, "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _arrival(request: Request, path: str, proofs: Proofs) -> Arrival:
    shown = request.headers.get(PROOF_HEADER)
    return Arrival(
        method=request.method,
        path=path,
        headers=request.headers,
        session_secret=cookies.secret_in(request.cookies, cookies.SESSION),
        tablet_secret=cookies.secret_in(request.cookies, cookies.TABLET),
        proof=proofs.read(shown) if shown else None,
    )


def _note_guess(guesses: Guesses, address: str, arrival: Arrival, stopped: Stopped) -> None:
    secret = arrival.session_secret or arrival.tablet_secret
    if secret and stopped.reason is Refusal.NOT_SIGNED_IN:
        guesses.note(address, secret)


def _slow_down() -> Response:
    detail = "Da questa rete arrivano troppe richieste non valide: riprova tra un minuto."
    answer = problem(HTTPStatus.TOO_MANY_REQUESTS, "troppi-tentativi", detail)
    answer.headers["retry-after"] = str(int(WINDOW_SECONDS))
    return answer


def _original_path(request: Request) -> str:
    """The path as it came, still encoded: what is judged must be what the service will read."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.partition(b"?")[0].decode("latin-1").removeprefix(PREFIX)


def _with_query(path: str, request: Request) -> str:
    return f"{path}?{request.url.query}" if request.url.query else path


def _refusal(stopped: Stopped, wanted: str) -> Response:
    if stopped.kind is Kind.PAGE and stopped.reason in {Refusal.NOT_SIGNED_IN, Refusal.LEVEL_TOO_LOW}:
        why = "&motivo=livello" if stopped.reason is Refusal.LEVEL_TOO_LOW else ""
        response = RedirectResponse(f"/accedi?next={quote(wanted, safe='')}{why}", status_code=HTTPStatus.FOUND)
        response.headers["cache-control"] = "no-store"
        return response
    if stopped.kind is Kind.PAGE and stopped.reason is Refusal.ACTING:
        # The page says for whom one acts, and has the way back to oneself.
        return RedirectResponse("/portale/", status_code=HTTPStatus.SEE_OTHER, headers={"cache-control": "no-store"})
    if stopped.kind is Kind.PAGE and stopped.reason is Refusal.WRONG_ROLE:
        return closed_door(status=HTTPStatus.FORBIDDEN)
    status, slug, detail = _TOLD[stopped.reason]
    answer = problem(status, slug, detail)
    if challenge := CHALLENGES.get(stopped.reason):
        answer.headers["www-authenticate"] = challenge
    return answer
