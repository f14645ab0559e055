"""The pupils a guardian may look at: those they enrolled, and those they are second guardian of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from enrollment.domain.identifiers import GuardianId
from enrollment.domain.pupil import Enrolment, Pupil
from enrollment.domain.second_guardian import SecondGuardian, Side, State
from enrollment.usecases.ports import Reads
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPupil:
    """A pupil with the enrolments of one holder, never empty; `side`: what the guardian who looks is to them."""

    pupil: Pupil
    enrolments: tuple[Enrolment, ...]
    side: Side


async def see_pupils(reads: Reads, guardian_id: GuardianId) -> Sequence[SeenPupil]:
    """Their own first. A pupil two holders enrolled may stand there twice, once on each side."""
    own = [
        SeenPupil(pupil=each, enrolments=each.enrolled_by(guardian_id), side=Side.HOLDER)
        for each in await reads.pupils_of(guardian_id)
    ]
    accepted = [
        each
        for each in await reads.second_guardians_of(guardian_id)
        if each.state is State.ACCEPTED and each.guardian_id == guardian_id
    ]
    others = [await _seen(reads, each) for each in accepted]
    found = [each for each in others if each is not None]
    return [*own, *sorted(found, key=lambda each: (each.pupil.family_name, each.pupil.given_name, each.pupil.pupil_id))]


async def shared_enrolments(reads: Reads, guardian_id: GuardianId) -> Sequence[Enrolment]:
    """Those of other holders that ran while this guardian was the pupil's second one, if only for a day.

    What was over when records became one stays under the records it was of, on both sides.
    """
    found: list[Enrolment] = []
    for record in (guardian_id, *await reads.merged_into(guardian_id)):
        for each in await reads.second_guardians_of(record):
            pupil = await reads.pupil(each.pupil_id) if each.guardian_id == record else None
            accounts = await reads.records_of(each.holder_id)
            enrolments = pupil.enrolments if pupil else ()
            found += [known for known in enrolments if known.account_id in accounts and _overlap(each, known)]
    return found


def _overlap(second: SecondGuardian, enrolment: Enrolment) -> bool:
    if second.accepted_at is None or rome_day(second.accepted_at) > enrolment.valid_to:
        return False
    return second.ended_at is None or rome_day(second.ended_at) >= enrolment.valid_from


async def _seen(reads: Reads, second: SecondGuardian) -> SeenPupil | None:
    pupil = await reads.pupil(second.pupil_id)
    enrolments = pupil.enrolled_by(second.holder_id) if pupil else ()
    return SeenPupil(pupil=pupil, enrolments=enrolments, side=Side.SECOND) if pupil and enrolments else None
