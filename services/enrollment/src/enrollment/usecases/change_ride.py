"""A pupil rides the bus another way during the year: there, back, or both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrollment.domain.errors import EnrolmentNotFoundError
from enrollment.domain.form import Ride
from enrollment.domain.identifiers import EnrolmentId, PupilId
from enrollment.domain.pupil import Pupil
from enrollment.usecases import announcements
from enrollment.usecases.end_enrolment import pupil_to_change
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class RideChange:
    """From `first_day` (Europe/Rome) on the pupil rides `ride`."""

    pupil_id: PupilId
    enrolment_id: EnrolmentId
    ride: Ride
    first_day: date
    reason: str


async def change_ride(ports: Ports, change: RideChange, *, by: Actor) -> Pupil:
    """Told again the same nothing happens. What was charged already changes only when the office rates it again.

    `reason` stays in the audit.
    Raises PupilNotFoundError, EnrolmentNotFoundError, NoRideError, NotEnrolledThatDayError, RideTooEarlyError.
    """
    pupil = await pupil_to_change(ports, change.pupil_id)
    known = pupil.enrolment(change.enrolment_id)
    if known is None:
        raise EnrolmentNotFoundError("Questa iscrizione non esiste.", enrolment_id=change.enrolment_id)
    changed = known.riding(change.ride, first_day=change.first_day)
    if changed == known:
        return pupil
    await ports.store.save_pupil(pupil.with_enrolment(changed))
    ports.announcer.announce(announcements.ride_changed(pupil, changed), sequence=pupil.version + 1)
    details = {"ride": change.ride.value, "first_day": change.first_day.isoformat()}
    now = ports.clock.now()
    line = audit_line(by, "change-ride", change.enrolment_id, at=now, reason=change.reason, details=details)
    await ports.audit(line)
    return await pupil_to_change(ports, change.pupil_id)
