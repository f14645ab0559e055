"""Change what a program of another municipal system may call and read."""

from __future__ import annotations

from collections.abc import Iterable

from identity.domain.machine_client import MachineClient, checked_scopes
from identity.usecases.machine_credentials import found, withdrawn
from identity.usecases.ports import Ports
from identity.usecases.register_machine_client import checked_topics
from refettorio_chassis.audit import Actor, audit_line


async def change_machine_grants(
    ports: Ports, *, client_id: str, scopes: Iterable[str], topics: Iterable[str], by: Actor
) -> MachineClient:
    """It has exactly these scopes from its next request on; Kafka follows as soon as it can be told.

    Credentials that serve none of them end; those it needs anew are made by `add_machine_credential`. Asking for what
    it has already changes nothing. Raises `MachineClientUnknownError`, `MachineClientOverError`, `ScopeUnknownError`,
    `TopicNotGrantableError`, `GrantMissingError`.
    """
    now = ports.now()
    client = await found(ports, client_id)
    changed = client.granted(checked_scopes(scopes), checked_topics(topics), now)
    if changed == client:
        return client
    await ports.machines.keep(changed)
    ended = [each for each in client.credentials if each not in changed.credentials]
    await withdrawn(ports, *ended)
    if changed.topics != client.topics:
        await _tell_broker(ports, changed)
    details = {
        "scopes": sorted(changed.scopes),
        "topics": sorted(changed.topics),
        "earlier_scopes": sorted(client.scopes),
        "earlier_topics": sorted(client.topics),
        "ended": [each.credential_id for each in ended],
    }
    await ports.audit(audit_line(by, "machine-client-granted", client_id, at=now, details=details))
    return changed


async def _tell_broker(ports: Ports, client: MachineClient) -> None:
    """The client's users of Kafka read the topics it has now."""
    for credential in client.credentials:
        access = await ports.kafka.access(credential.credential_id)
        if access is not None and access.is_wanted:
            await ports.kafka.keep(access.reading(client.topics))
