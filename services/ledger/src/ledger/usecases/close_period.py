"""Close a month of the book, for ever."""

from __future__ import annotations

from ledger.domain.sealing import Month, Period, require_over, start_of
from ledger.usecases.sealing_ports import SealingPorts
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import ROME


async def close_period(ports: SealingPorts, month: Month, *, by: Actor) -> Period:
    """Closing a month twice closes it once. Nothing is booked in it any more; what was, is counted and kept.

    Raises PeriodOpenError while the month (Europe/Rome) is not over.
    """
    known = await ports.seals.period(month.name)
    if known is not None:
        return known
    now = ports.clock.now()
    begins_at, ends_at = start_of(month.first_day, ROME), start_of(month.first_day_after, ROME)
    require_over(ends_at, now)
    period = Period(
        month=month.name,
        begins_at=begins_at,
        ends_at=ends_at,
        closed_at=now,
        closed_by=by.subject,
        booked=await ports.seals.booked_between(begins_at, ends_at),
    )
    await ports.seals.close(period)
    await ports.audit(audit_line(by, "close-period", month.name, at=now))
    return period
