"""What the debt of a family means for an enrolment, now."""

from __future__ import annotations

from enrollment.domain.debt_block import DebtBlock
from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.ports import Reads
from enrollment.usecases.see_pupils import shared_enrolments
from refettorio_chassis.clock import Clock, rome_day


async def look_at_debt(reads: Reads, clock: Clock, guardian_id: GuardianId, school_year: str) -> DebtBlock | None:
    """None when nothing stands in the way: nothing is owed, or the family is new. A block may be lifted: see there."""
    holder = await reads.holder(guardian_id)
    shared = await shared_enrolments(reads, guardian_id)
    if not holder.used_a_service(await reads.pupils_of(guardian_id), school_year, shared=shared):
        return None
    now = clock.now()
    down_since = await reads.network_down_since()
    return holder.debt_block(now=now, today=rome_day(now), network_down_since=down_since)
