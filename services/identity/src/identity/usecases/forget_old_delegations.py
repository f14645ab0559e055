"""Every night: delegations that have been over for so long that nobody asks by what right somebody acted."""

from __future__ import annotations

from collections.abc import Mapping

from identity.domain.retention import DELEGATIONS
from identity.usecases.ports import Ports
from refettorio_chassis.audit import audit_forgotten


async def forget_old_delegations(ports: Ports) -> Mapping[str, int]:
    """The audit stays. Running it again finds nothing."""
    now = ports.now()
    gone = {DELEGATIONS.name: await ports.delegations.forget(ended_before=now - DELEGATIONS.kept_for)}
    await audit_forgotten(ports.audit, gone, service="identity", at=now)
    return gone
