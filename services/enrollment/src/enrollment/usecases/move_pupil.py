"""A pupil changes class, or school, during the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrollment.domain.errors import (
    ClassNotFoundError,
    ClassNotOfferedError,
    NotEnrolledThatDayError,
    PupilAlreadyThereError,
    SchoolNotFoundError,
)
from enrollment.domain.identifiers import ClassId, PupilId
from enrollment.domain.pupil import Enrolment, Pupil
from enrollment.domain.school import School, SchoolClass
from enrollment.usecases import announcements
from enrollment.usecases.end_enrolment import pupil_to_change
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From `first_day` (Europe/Rome) on the pupil is in `class_id`, for every service they use on that day."""

    pupil_id: PupilId
    class_id: ClassId
    first_day: date
    reason: str


async def move_pupil(ports: Ports, move: Move, *, by: Actor) -> Pupil:
    """Move the enrolments that hold on the day; `reason` stays in the audit. A class not offered that year is refused.

    Raises PupilNotFoundError, ClassNotFoundError, ClassNotOfferedError, NotEnrolledThatDayError,
    PupilAlreadyThereError, MoveTooEarlyError.
    """
    pupil = await pupil_to_change(ports, move.pupil_id)
    school_class, school = await _place(ports, move.class_id)
    holding = [each for each in pupil.enrolments if each.valid_from <= move.first_day <= each.valid_to]
    if not holding:
        day = f"{move.first_day:%d/%m/%Y}"
        raise NotEnrolledThatDayError(f"Il {day} l'alunno non è iscritto a nessun servizio.")
    moving = [each for each in holding if each.class_id != school_class.class_id]
    if not moving:
        raise PupilAlreadyThereError(f"L'alunno è già nella classe {school_class.name}.", class_id=move.class_id)
    moved = [_moved(each, school_class, move.first_day) for each in moving]
    changed = pupil
    for each in moved:
        changed = changed.with_enrolment(each)
        ports.announcer.announce(announcements.moved(pupil, each, school), sequence=pupil.version + 1)
    await ports.store.save_pupil(changed)
    details = {"class_id": str(move.class_id), "first_day": move.first_day.isoformat()}
    line = audit_line(by, "move-pupil", move.pupil_id, at=ports.clock.now(), reason=move.reason, details=details)
    await ports.audit(line)
    return await pupil_to_change(ports, move.pupil_id)


async def _place(ports: Ports, class_id: ClassId) -> tuple[SchoolClass, School]:
    school_class = await ports.store.school_class(class_id)
    if school_class is None:
        raise ClassNotFoundError("Questa classe non esiste.", class_id=class_id)
    school = await ports.store.school(school_class.school_id)
    if school is None:
        raise SchoolNotFoundError("La scuola di questa classe non esiste più.", school_id=school_class.school_id)
    return school_class, school


def _moved(enrolment: Enrolment, school_class: SchoolClass, first_day: date) -> Enrolment:
    if enrolment.school_year not in school_class.school_years:
        raise ClassNotOfferedError(
            f"La classe {school_class.name} non c'è nell'anno scolastico {enrolment.school_year}.",
            class_id=school_class.class_id,
        )
    return enrolment.moved(school_id=school_class.school_id, class_id=school_class.class_id, first_day=first_day)
