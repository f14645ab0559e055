"""Whose pupils they are: the holders, and the second guardians beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from attendance.domain.identifiers import AccountId, PupilId
from attendance.domain.roster import Enrolment, Seat
from attendance.usecases.ports import Reads


async def families_of(reads: Reads, pupils: Collection[Enrolment | Seat]) -> set[AccountId]:
    """Everybody who may see these pupils, enrolled or seated as they are."""
    holders = {(each.pupil_id, each.account_id) for each in pupils}
    seconds = await reads.second_guardians_of({each.pupil_id for each in pupils})
    return {account_id for _, account_id in holders} | {
        each.guardian_id for each in seconds if (each.pupil_id, each.account_id) in holders
    }


async def enrolments_seen_by(reads: Reads, guardian_id: AccountId) -> Mapping[PupilId, Sequence[Enrolment]]:
    """The enrolments the guardian pays for, and those of the pupils they are second guardian of; also by the names of
    records that were merged into theirs.
    """
    seen: dict[PupilId, list[Enrolment]] = defaultdict(list)
    for name in (guardian_id, *await reads.merged_into(guardian_id)):
        for enrolment in await reads.enrolments_paid_by(name):
            seen[enrolment.pupil_id].append(enrolment)
        for second in await reads.seen_beside_others(name):
            seen[second.pupil_id] += [
                each for each in await reads.enrolments_of(second.pupil_id) if each.account_id == second.account_id
            ]
    return {pupil_id: enrolments for pupil_id, enrolments in seen.items() if enrolments}
