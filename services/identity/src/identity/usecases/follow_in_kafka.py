"""Keep the broker as the database says: what expired is withdrawn, what was applied is marked."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from identity.usecases.machine_credentials import withdrawn
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line

CLOCK: Final = Actor(subject="clock", role="identity")


async def withdraw_expired_clients(ports: Ports) -> int:
    """Clients whose time is over lose their credentials; returns how many. Running it again changes nothing."""
    now = ports.now()
    expired = await ports.machines.expired_with_credentials(now)
    for client in expired:
        await withdrawn(ports, *client.credentials)
        await ports.machines.keep(replace(client, credentials=()))
        await ports.audit(audit_line(CLOCK, "machine-client-expired", client.client_id, at=now))
    return len(expired)


async def mark_kafka_access_applied(ports: Ports, *, user: str, revision: int, fault: str) -> bool:
    """The broker has followed up to `revision`. Whether that is still what we want: if not, it is applied again."""
    access = await ports.kafka.access(user)
    if access is None or access.revision != revision:
        return False
    applied = access.applied(fault=fault)
    if applied != access:
        await ports.kafka.keep(applied)
    return True
