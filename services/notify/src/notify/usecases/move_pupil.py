"""A pupil changed class."""

from __future__ import annotations

from datetime import date

from notify.domain.errors import EnrolmentUnknownError
from notify.usecases.ports import Ports


async def move_pupil(ports: Ports, enrolment_id: str, *, school_id: str, class_id: str, first_day: date) -> None:
    """From `first_day` (Europe/Rome) the family belongs to the new class. Raises EnrolmentUnknownError."""
    enrolment = await ports.store.enrolment(enrolment_id)
    if enrolment is None:
        raise EnrolmentUnknownError("Iscrizione sconosciuta.", enrolment_id=enrolment_id)
    await ports.store.save_enrolment(enrolment.moved(school_id=school_id, class_id=class_id, first_day=first_day))
