"""Register a program of another municipal system, with what it proves itself by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from identity.domain.errors import TopicNotGrantableError
from identity.domain.machine_client import (
    CredentialKind,
    MachineClient,
    checked_expiry,
    checked_scopes,
    refuse_nothing,
)
from identity.usecases.machine_credentials import IssuedCredential, issued
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_contracts.topics import CATALOGUE

MUNICIPAL_TOPICS: Final = {topic.name: topic.description for topic in CATALOGUE if topic.audience == "municipal"}
"""What may be granted: the others carry personal data and are for our own services alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the administrator filled in. `public_key` (JWK) instead of a secret for the APIs."""

    name: str
    owner: str
    scopes: Iterable[str]
    topics: Iterable[str]
    expires_at: datetime
    public_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredClient:
    """The client, and its first credentials with their secrets: shown once."""

    client: MachineClient
    issued: Sequence[IssuedCredential]


async def register_machine_client(ports: Ports, *, wanted: Wanted, by: Actor) -> RegisteredClient:
    """One credential for the APIs when it may call any, one user of Kafka when it may read any topic.

    Raises `ScopeUnknownError`, `TopicNotGrantableError`, `GrantMissingError`, `MachineExpiryRefusedError`,
    `CredentialNotUsableError`.
    """
    now = ports.now()
    scopes, topics = checked_scopes(wanted.scopes), checked_topics(wanted.topics)
    refuse_nothing(scopes, topics)
    client = MachineClient(
        client_id=ports.chance.identifier("mac"),
        name=wanted.name,
        owner=wanted.owner,
        scopes=scopes,
        topics=topics,
        registered_at=now,
        registered_by=by.subject,
        expires_at=checked_expiry(wanted.expires_at, now),
    )
    made: list[IssuedCredential] = []
    for kind, key in _first_credentials(client, wanted.public_key):
        client, credential = await issued(ports, client, kind, public_key=key, now=now)
        made.append(credential)
    await ports.machines.keep(client)
    details = {"scopes": sorted(scopes), "topics": sorted(topics), "expires": client.expires_at.isoformat()}
    await ports.audit(audit_line(by, "machine-client-registered", client.client_id, at=now, details=details))
    return RegisteredClient(client=client, issued=made)


def _first_credentials(client: MachineClient, public_key: str | None) -> list[tuple[CredentialKind, str | None]]:
    wanted: list[tuple[CredentialKind, str | None]] = []
    if client.scopes or public_key:
        wanted.append((CredentialKind.KEY if public_key else CredentialKind.SECRET, public_key))
    if client.topics:
        wanted.append((CredentialKind.KAFKA, None))
    return wanted


def checked_topics(topics: Iterable[str]) -> frozenset[str]:
    """Raises `TopicNotGrantableError` for one that is not municipal."""
    chosen = frozenset(topics)
    if refused := sorted(chosen - MUNICIPAL_TOPICS.keys()):
        message = f"Questi argomenti non sono aperti ad altri sistemi: {', '.join(refused)}."
        raise TopicNotGrantableError(message, topics=refused)
    return chosen
