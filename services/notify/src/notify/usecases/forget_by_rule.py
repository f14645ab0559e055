"""Every night: messages that the rules of retention no longer keep go, and the audit says how many by which rule."""

from __future__ import annotations

from collections.abc import Mapping

from notify.domain.retention import COMMUNICATIONS, DELIVERIES, LETTERS
from notify.usecases.ports import Ports
from refettorio_chassis.audit import audit_forgotten


async def forget_by_rule(ports: Ports) -> Mapping[str, int]:
    """How many by rule. What still waits to be sent stays. Running it again the same day finds nothing."""
    now = ports.now()
    gone = {
        LETTERS.name: await ports.store.forget_letters(written_before=now - LETTERS.kept_for),
        DELIVERIES.name: await ports.store.forget_deliveries(planned_before=now - DELIVERIES.kept_for),
        COMMUNICATIONS.name: await ports.store.forget_communications(published_before=now - COMMUNICATIONS.kept_for),
    }
    await audit_forgotten(ports.audit, gone, service="notify", at=now)
    return gone
