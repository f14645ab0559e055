"""Second guardians as those see them who are party to them, and as the office does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from enrollment.domain.guardian import Guardian
from enrollment.domain.identifiers import GuardianId, SecondGuardianId
from enrollment.domain.second_guardian import SecondGuardian, Side
from enrollment.usecases.ports import Reads
from refettorio_chassis.clock import Clock, rome_day

SHOWN_FOR: Final = timedelta(days=365)
"""After the end: long enough to see what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSecondGuardian:
    """`side` is the caller's, `today` the Rome day. `other_name`: None where it is not theirs to know (yet)."""

    second: SecondGuardian
    side: Side
    pupil_name: str
    other_name: str | None
    today: date

    @property
    def is_for_delegates(self) -> bool:
        """What was asked and not accepted is between who asks and the person asked."""
        return self.side is Side.HOLDER or self.second.accepted_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSecondGuardian:
    """For the office: `other_name` is the second guardian's, None for who never signed in."""

    second: SecondGuardian
    other_name: str | None
    today: date


async def show_second_guardians(reads: Reads, clock: Clock, guardian_id: GuardianId) -> Sequence[SeenSecondGuardian]:
    """Those the guardian is party to, the latest first; what is over is shown for a year."""
    found = await all_seen_by(reads, clock, guardian_id)
    shown = recent(clock, [each.second for each in found])
    return [each for each in found if each.second in shown]


async def all_seen_by(reads: Reads, clock: Clock, guardian_id: GuardianId) -> Sequence[SeenSecondGuardian]:
    """The latest first. What was over when two records became one stays under the record it was of."""
    found: dict[SecondGuardianId, SeenSecondGuardian] = {}
    for record in (guardian_id, *await reads.merged_into(guardian_id)):
        for each in await seen_by(reads, clock, record, await reads.second_guardians_of(record)):
            found.setdefault(each.second.second_guardian_id, each)
    return sorted(found.values(), key=_named_at, reverse=True)


def recent(clock: Clock, found: Collection[SecondGuardian]) -> Sequence[SecondGuardian]:
    """Without those that are over for more than a year."""
    since = clock.now() - SHOWN_FOR
    return [each for each in found if each.ended_at is None or each.ended_at >= since]


async def seen_by(
    reads: Reads, clock: Clock, guardian_id: GuardianId, found: Collection[SecondGuardian]
) -> Sequence[SeenSecondGuardian]:
    """Until they accept, the holder learns no name and the one named reads the pupil's given name alone."""
    codes = await reads.codes_of(guardian_id)
    sides = [(each, side) for each in found if (side := each.side_of(guardian_id, codes)) is not None]
    people = await reads.guardians(
        {person for each, _ in sides for person in (each.holder_id, each.guardian_id) if person}
    )
    today = rome_day(clock.now())
    return [await _seen(reads, each, side, people, today) for each, side in sides]


def _named_at(seen: SeenSecondGuardian) -> tuple[datetime, SecondGuardianId]:
    return seen.second.named_at, seen.second.second_guardian_id


async def _seen(
    reads: Reads, second: SecondGuardian, side: Side, people: Mapping[GuardianId, Guardian], today: date
) -> SeenSecondGuardian:
    is_accepted = second.accepted_at is not None
    pupil = await reads.pupil(second.pupil_id)
    pupil_name = pupil.given_name if pupil else ""
    if pupil and (side is Side.HOLDER or is_accepted):
        pupil_name = f"{pupil.given_name} {pupil.family_name}"
    other = people.get(second.holder_id)
    if side is Side.HOLDER:
        other = people.get(second.guardian_id) if second.guardian_id and is_accepted else None
    other_name = other.full_name if other else None
    return SeenSecondGuardian(second=second, side=side, pupil_name=pupil_name, other_name=other_name, today=today)


async def for_office(reads: Reads, clock: Clock, found: Collection[SecondGuardian]) -> Sequence[NamedSecondGuardian]:
    """With the names of who signed in."""
    people = await reads.guardians({each.guardian_id for each in found if each.guardian_id})
    today = rome_day(clock.now())
    named = []
    for each in found:
        other = people.get(each.guardian_id) if each.guardian_id else None
        named.append(NamedSecondGuardian(second=each, other_name=other.full_name if other else None, today=today))
    return named
