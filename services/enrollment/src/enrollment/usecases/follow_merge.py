"""Two records were found to be of one person: what the one holds is the other's."""

from __future__ import annotations

from datetime import date

from enrollment.domain.errors import SchoolNotFoundError
from enrollment.domain.identifiers import EnrolmentId, GuardianId, PupilId
from enrollment.domain.pupil import ONE_DAY, Enrolment, Pupil
from enrollment.usecases import announcements
from enrollment.usecases.end_enrolment import pupil_to_change
from enrollment.usecases.hand_second_guardians import hand_second_guardians
from enrollment.usecases.ports import Ports
from enrollment.usecases.rank_siblings import rank_siblings
from refettorio_chassis.clock import rome_day


async def follow_merge(ports: Ports, guardian_id: GuardianId, *, into: GuardianId) -> None:
    """Applications and children change hands; told again there is nothing left to hand over.

    What was told is not told otherwise: an enrolment that still runs ends today, and another begins tomorrow on the
    account that is kept. Brothers and sisters of both records are ranked together from then on. Second guardians follow
    on both sides.
    """
    await ports.store.keep_merged(guardian_id, into)
    await ports.store.hand_applications(guardian_id, into)
    today = rome_day(ports.clock.now())
    last_days: dict[PupilId, date] = {}
    for pupil in await ports.store.pupils_of(guardian_id):
        begun = await _hand_over(ports, pupil, guardian_id, into, today)
        last_days[pupil.pupil_id] = max((each.valid_from - ONE_DAY for each in begun), default=today)
        for enrolment in begun:
            changed = await pupil_to_change(ports, pupil.pupil_id)
            await rank_siblings(ports, changed, enrolment, since=enrolment.valid_from)
    await hand_second_guardians(ports, guardian_id, into=into, last_days=last_days)
    await ports.store.merge_guardian(guardian_id, into)


async def _hand_over(
    ports: Ports, pupil: Pupil, guardian_id: GuardianId, into: GuardianId, today: date
) -> list[Enrolment]:
    changed, begun = pupil, []
    for each in pupil.enrolled_by(guardian_id):
        ended, after = each.handed_to(into, EnrolmentId(ports.new_id("enr")), today=today)
        if after.valid_from > each.valid_to:
            ended = each.paid_by(into)
        else:
            begun.append(after)
            await _tell(ports, pupil, ended, after)
            changed = changed.with_enrolment(after)
        changed = changed.with_enrolment(ended)
    await ports.store.save_pupil(changed)
    return begun


async def _tell(ports: Ports, pupil: Pupil, ended: Enrolment, begun: Enrolment) -> None:
    school = await ports.store.school(begun.school_id)
    if school is None:
        raise SchoolNotFoundError("La scuola di questa iscrizione non esiste più.", school_id=begun.school_id)
    ports.announcer.announce(announcements.ended(pupil, ended), sequence=pupil.version + 1)
    ports.announcer.announce(announcements.enrolled(pupil, begun, school), sequence=pupil.version + 1)
