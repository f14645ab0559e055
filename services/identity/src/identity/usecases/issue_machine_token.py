"""Give a machine client an access token, or say why not (RFC 6749, 4.4 and 5.2; RFC 7523, 2.2 and 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from identity.domain.machine_client import AccessClaims, CredentialKind, MachineClient
from identity.usecases.machine_ports import AssertionClaims
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line

FAILURES: Final = 10
FAILURES_WITHIN: Final = timedelta(minutes=15)
"""Wrong credentials of one client from one address; then nothing is tried any more, and others are not touched."""
LONGEST_ASSERTION: Final = timedelta(minutes=5)
CLOCK_SKEW: Final = timedelta(seconds=30)
ROLE: Final = "machine-client"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretShown:
    """`client_secret_basic`."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionShown:
    """`private_key_jwt`: a statement signed by the client. `audiences`: what it may be made out to."""

    assertion: str
    audiences: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused:
    """`error` as RFC 6749, 5.2 names it; `retry_after_seconds` when too many attempts failed."""

    error: str
    description: str
    retry_after_seconds: int | None = None


NOT_YOU: Final = TokenRefused(error="invalid_client", description="Credenziali non valide.")


async def issue_machine_token(
    ports: Ports, *, shown: SecretShown | AssertionShown, scopes: frozenset[str] | None, address: str
) -> AccessClaims | TokenRefused:
    """A token for `scopes`, or for all the client has. A refusal is a result, so that it is counted and written down.

    `address` is where the request came from; only a fingerprint of it is kept.
    """
    now = ports.now()
    client_id = shown.client_id if isinstance(shown, SecretShown) else ports.client_keys.subject_of(shown.assertion)
    client = await ports.machines.client(client_id) if client_id else None
    counted = fingerprint(f"{client.client_id if client else 'unknown'} {address}")
    if await ports.attempts.count(counted, since=now - FAILURES_WITHIN) >= FAILURES:
        seconds = int(FAILURES_WITHIN.total_seconds())
        return TokenRefused(error="invalid_client", description="Troppi tentativi.", retry_after_seconds=seconds)
    if client is None or not client.is_live(now) or not await _proves_itself(ports, client, shown, now):
        await ports.attempts.add(counted, now)
        await _write(ports, "machine-token-refused", client.client_id if client else "unknown", now)
        return NOT_YOU
    granted = client.scopes if scopes is None else scopes
    if not granted or granted - client.scopes:
        return TokenRefused(error="invalid_scope", description="Ambito non autorizzato per questo sistema.")
    await ports.machines.touch(client.client_id, now)
    await _write(ports, "machine-token-issued", client.client_id, now, scopes=sorted(granted))
    return AccessClaims(client_id=client.client_id, scopes=granted, token_id=ports.chance.identifier("tok"))


async def _proves_itself(
    ports: Ports, client: MachineClient, shown: SecretShown | AssertionShown, now: datetime
) -> bool:
    if isinstance(shown, SecretShown):
        kept = client.of_kind(CredentialKind.SECRET)
        return any([await ports.secrets.matches(shown.secret, each.proof) for each in kept])
    keys = [each.proof for each in client.of_kind(CredentialKind.KEY)]
    claims = ports.client_keys.verified(shown.assertion, keys)
    if claims is None or not is_acceptable(claims, client.client_id, shown.audiences, now):
        return False
    return await ports.sign_ins.first_use(claims.token_id, client.client_id, now)


def is_acceptable(claims: AssertionClaims, client_id: str, audiences: Sequence[str], now: datetime) -> bool:
    """Whether a verified statement is the client's own, for us, for now, and short-lived (RFC 7523, 3)."""
    return (
        claims.issuer == claims.subject == client_id
        and not set(claims.audience).isdisjoint(audiences)
        and bool(claims.token_id)
        and now < claims.expires_at <= now + LONGEST_ASSERTION + CLOCK_SKEW
        and (claims.not_before is None or claims.not_before <= now + CLOCK_SKEW)
        and (claims.issued_at is None or now - LONGEST_ASSERTION <= claims.issued_at <= now + CLOCK_SKEW)
    )


async def _write(ports: Ports, what: str, client_id: str, now: datetime, **details: list[str]) -> None:
    by = Actor(subject=client_id, role=ROLE)
    await ports.audit(audit_line(by, what, client_id, at=now, details=details))
