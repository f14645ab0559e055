"""Two guardians agreed how to share what a pupil costs."""

from __future__ import annotations

from ledger.domain.shares import Agreement
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def agree_shares(ports: Ports, agreement: Agreement) -> None:
    """It counts for what is charged from now on, of its first day and later; what was charged stays as it was.

    Told again, or after a later one for the same day, it changes nothing. One that comes when its first day has begun
    is noted: what was charged meanwhile was shared by what was known, and the office may move the difference.
    """
    now = ports.clock.now()
    if not await ports.families.agree(agreement) or agreement.valid_from > rome_day(now):
        return
    by = Actor(subject="ledger", role="system")
    details = {"valid_from": agreement.valid_from.isoformat(), "percent": str(agreement.percent)}
    await ports.audit(audit_line(by, "agree-shares-late", agreement.agreement_id, at=now, details=details))
