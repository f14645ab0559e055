"""Every night: what the rules of retention no longer keep goes, and the audit says how much by which rule."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.retention import AGREEMENTS, DECLARATIONS, HOLDERS, PUPIL_NAMES
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import audit_forgotten
from refettorio_chassis.clock import rome_day


async def forget_by_rule(ports: Ports) -> Mapping[str, int]:
    """How many by rule. The book is not touched: it proves the same before and after. Twice is once."""
    now = ports.clock.now()
    today = rome_day(now)
    gone = {
        HOLDERS.name: await ports.kept.forget_holders(at_rest_since=now - HOLDERS.kept_for),
        PUPIL_NAMES.name: await ports.kept.forget_pupil_names(enrolled_before=today - PUPIL_NAMES.kept_for),
        DECLARATIONS.name: await ports.kept.forget_declarations(valid_before=today - DECLARATIONS.kept_for),
        AGREEMENTS.name: await ports.kept.forget_agreements(over_before=today - AGREEMENTS.kept_for),
    }
    await audit_forgotten(ports.audit, gone, service="ledger", at=now)
    return gone
