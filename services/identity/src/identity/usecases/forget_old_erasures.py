"""Every night: requests of erasure answered so long ago that nobody asks how."""

from __future__ import annotations

from collections.abc import Mapping

from identity.domain.retention import ERASURES
from identity.usecases.ports import Ports
from refettorio_chassis.audit import audit_forgotten


async def forget_old_erasures(ports: Ports) -> Mapping[str, int]:
    """The audit stays; one that waits is never old. Running it again finds nothing."""
    now = ports.now()
    gone = {ERASURES.name: await ports.erasures.forget(decided_before=now - ERASURES.kept_for)}
    await audit_forgotten(ports.audit, gone, service="identity", at=now)
    return gone
