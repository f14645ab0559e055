"""Every night: what the rules of retention no longer keep goes, and the audit says how much by which rule."""

from __future__ import annotations

from collections.abc import Mapping

from attendance.domain.retention import MARKS, ROSTER
from attendance.usecases.ports import Ports
from refettorio_chassis.audit import audit_forgotten
from refettorio_chassis.clock import rome_day


async def forget_by_rule(ports: Ports) -> Mapping[str, int]:
    """How many by rule: marks, enrolments. Nobody is told: no meal is taken back. Twice is once."""
    now = ports.clock.now()
    today = rome_day(now)
    gone = {
        MARKS.name: await ports.store.forget_marks(before=today - MARKS.kept_for),
        ROSTER.name: await ports.store.forget_roster(ended_before=today - ROSTER.kept_for),
    }
    await audit_forgotten(ports.audit, gone, service="attendance", at=now)
    return gone
