"""Every night: delegations that have been over for so long that nobody asks by what right somebody acted."""

from __future__ import annotations

from collections.abc import Mapping

from identity.domain.retention import DELEGATIONS
from identity.usecases.forget_unused_contacts import BY_RULE
from identity.usecases.ports import Ports
from refettorio_chassis.audit import audit_line


async def forget_old_delegations(ports: Ports) -> Mapping[str, int]:
    """The audit stays. Running it again finds nothing."""
    now = ports.now()
    number = await ports.delegations.forget(ended_before=now - DELEGATIONS.kept_for)
    if number:
        details = {"number": str(number)}
        await ports.audit(audit_line(BY_RULE, "forget-by-rule", DELEGATIONS.name, at=now, details=details))
    return {DELEGATIONS.name: number}
