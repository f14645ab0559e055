"""Every night: requests of erasure answered so long ago that nobody asks how."""

from __future__ import annotations

from collections.abc import Mapping

from identity.domain.retention import ERASURES
from identity.usecases.forget_unused_contacts import BY_RULE
from identity.usecases.ports import Ports
from refettorio_chassis.audit import audit_line


async def forget_old_erasures(ports: Ports) -> Mapping[str, int]:
    """The audit stays; one that waits is never old. Running it again finds nothing."""
    now = ports.now()
    number = await ports.erasures.forget(decided_before=now - ERASURES.kept_for)
    if number:
        details = {"number": str(number)}
        await ports.audit(audit_line(BY_RULE, "forget-by-rule", ERASURES.name, at=now, details=details))
    return {ERASURES.name: number}
