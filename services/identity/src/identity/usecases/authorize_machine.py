"""Decide what the gateway lets through for a machine client: its access token is exchanged, never passed on."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from identity.domain.access import Kind, destination
from identity.domain.machine_client import AccessClaims, MachineClient, service_of
from identity.usecases.authorize_request import Admitted, Refusal, Stopped


class MachineDirectory(Protocol):
    """Who is behind an access token."""

    async def machine_client(self, client_id: str) -> MachineClient | None: ...


class AccessTokens(Protocol):
    """Reads what machine clients show."""

    def access_claims(self, token: str, service: str, now: datetime) -> AccessClaims | None:
        """None unless the token is ours, for `service`, and not over."""
        ...


async def authorize_machine(
    directory: MachineDirectory, tokens: AccessTokens, *, path: str, token: str, now: datetime
) -> Admitted | Stopped:
    """Only APIs, only the scopes the token names and the client still has; a revocation holds from the next request."""
    wanted = destination(path)
    if wanted is None:
        return Stopped(reason=Refusal.UNKNOWN_PATH, kind=Kind.API)
    if wanted.kind is not Kind.API:
        return Stopped(reason=Refusal.NOT_SIGNED_IN, kind=wanted.kind)
    [service] = wanted.audience
    claims = tokens.access_claims(token, service, now)
    client = await directory.machine_client(claims.client_id) if claims else None
    if claims is None or client is None or not client.is_live(now):
        return Stopped(reason=Refusal.TOKEN_REFUSED, kind=Kind.API)
    scopes = frozenset(scope for scope in claims.scopes & client.scopes if service_of(scope) == service)
    if not scopes:
        return Stopped(reason=Refusal.SCOPE_MISSING, kind=Kind.API)
    return Admitted(subject=client.client_id, audience=wanted.audience, scopes=scopes, session_id=claims.token_id)
