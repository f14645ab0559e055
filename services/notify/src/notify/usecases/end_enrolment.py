"""A pupil no longer uses a service."""

from __future__ import annotations

from datetime import date

from notify.domain.errors import EnrolmentUnknownError
from notify.usecases.ports import Ports


async def end_enrolment(ports: Ports, enrolment_id: str, *, last_day: date) -> None:
    """After `last_day` (Europe/Rome) the family is in no audience of it. Raises EnrolmentUnknownError."""
    enrolment = await ports.store.enrolment(enrolment_id)
    if enrolment is None:
        raise EnrolmentUnknownError("Iscrizione sconosciuta.", enrolment_id=enrolment_id)
    await ports.store.save_enrolment(enrolment.ended(last_day))
