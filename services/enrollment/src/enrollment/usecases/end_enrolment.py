"""A pupil leaves a service during the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from enrollment.domain.errors import EnrolmentNotFoundError, PupilNotFoundError
from enrollment.domain.identifiers import EnrolmentId, PupilId
from enrollment.domain.pupil import Pupil
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports
from enrollment.usecases.rank_siblings import rank_siblings
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """After `last_day` (Europe/Rome) the pupil no longer uses the service; the day before the first: they never did."""

    pupil_id: PupilId
    enrolment_id: EnrolmentId
    last_day: date
    reason: str


async def end_enrolment(ports: Ports, leaving: Leaving, *, by: Actor) -> Pupil:
    """End it; told again with the same day nothing happens. `reason` stays in the audit.

    The younger children move up: their tariffs are assigned anew from the day after.
    Raises PupilNotFoundError, EnrolmentNotFoundError, EnrolmentNotEndableError.
    """
    pupil = await pupil_to_change(ports, leaving.pupil_id)
    known = pupil.enrolment(leaving.enrolment_id)
    if known is None:
        raise EnrolmentNotFoundError("Questa iscrizione non esiste.", enrolment_id=leaving.enrolment_id)
    if known.valid_to == leaving.last_day:
        return pupil
    ended = known.ended(leaving.last_day)
    await ports.store.save_pupil(pupil.with_enrolment(ended))
    ports.announcer.announce(announcements.ended(pupil, ended), sequence=pupil.version + 1)
    now = ports.clock.now()
    details = {"last_day": leaving.last_day.isoformat()}
    line = audit_line(by, "end-enrolment", leaving.enrolment_id, at=now, reason=leaving.reason, details=details)
    await ports.audit(line)
    await rank_siblings(ports, pupil, ended, since=leaving.last_day + timedelta(days=1))
    return await pupil_to_change(ports, leaving.pupil_id)


async def pupil_to_change(ports: Ports, pupil_id: PupilId) -> Pupil:
    """The pupil, or PupilNotFoundError."""
    pupil = await ports.store.pupil(pupil_id)
    if pupil is None or not pupil.enrolments:
        raise PupilNotFoundError("Questo alunno non esiste.", pupil_id=pupil_id)
    return pupil
