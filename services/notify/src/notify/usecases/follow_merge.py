"""Two records were found to be of one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from notify.domain.guardian import Guardian
from notify.usecases.ports import Ports


async def follow_merge(ports: Ports, guardian_id: str, *, into_id: str) -> None:
    """What was told to either is read in one place; what is on its way arrives where it was going."""
    left, kept = await ports.store.hold_guardians([guardian_id, into_id])
    await ports.store.save_guardian(replace(left, merged_into=kept.guardian_id))
    await ports.store.hand_letters(guardian_id, into_id)


async def hold_kept(ports: Ports, guardian_id: str) -> Guardian:
    """Who is written to: the guardian, or the record that was kept in their place, to the end."""
    guardian = await ports.store.hold_guardian(guardian_id)
    while guardian.merged_into is not None:
        guardian = await ports.store.hold_guardian(guardian.merged_into)
    return guardian


async def hold_all_kept(ports: Ports, guardian_ids: Sequence[str]) -> list[Guardian]:
    """The same for many, each person once."""
    held = await ports.store.hold_guardians(guardian_ids)
    kept = [each if each.merged_into is None else await hold_kept(ports, each.merged_into) for each in held]
    return list({each.guardian_id: each for each in kept}.values())
