"""What two guardians agree needs two hands: nobody says yes to what they asked for themselves, in whoever's place."""

from __future__ import annotations

from enrollment.domain.errors import NeedsAnotherPersonError
from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.ports import Reads
from refettorio_chassis.audit import Actor


def clerk_of(by: Actor) -> str | None:
    """Who enters it at the counter, for whom it is; None when they do it themselves."""
    return by.acting.who if by.acting else None


async def check_another_person(
    reads: Reads, by: Actor, *, other: GuardianId | None, entered_by: str | None = None
) -> None:
    """`by` is neither the `other` one nor the clerk who entered for them what is answered.

    Records that lead to one are of one person. Raises NeedsAnotherPersonError.
    """
    hand = await reads.records_of(GuardianId(by.person))
    if not hand.isdisjoint({each for each in (other, entered_by) if each}):
        raise NeedsAnotherPersonError(
            "Per una delle due persone hai già agito tu, o sei tu una delle due: deve farlo qualcun altro."
        )
