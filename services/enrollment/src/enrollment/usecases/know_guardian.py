"""Identity tells of guardians: their names and codes, by which others may name them, and that one died."""

from __future__ import annotations

from datetime import datetime

from enrollment.domain.guardian import Guardian
from enrollment.domain.identifiers import GuardianId
from enrollment.domain.second_guardian import EndedBy
from enrollment.usecases.end_second_guardian import end
from enrollment.usecases.ports import Ports


async def know_guardian(ports: Ports, guardian: Guardian) -> None:
    """Told again, what is known of them is replaced."""
    await ports.store.save_guardian(guardian)


async def follow_death(ports: Ports, guardian_id: GuardianId, *, told_at: datetime) -> None:
    """Who died is nobody's second guardian any more. What began after `told_at` stays: the death was a mistake."""
    for each in await ports.store.second_guardians_of(guardian_id):
        is_second = each.guardian_id == guardian_id and each.state.is_live
        if is_second and (each.accepted_at or each.named_at) <= told_at:
            await end(ports, each, EndedBy.OFFICE)
