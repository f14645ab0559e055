"""Enrollment tells that a pupil no longer uses the service."""

from __future__ import annotations

from datetime import date

from attendance.domain.identifiers import EnrolmentId
from attendance.usecases.move_pupil import known_enrolment
from attendance.usecases.ports import Ports


async def end_enrolment(ports: Ports, enrolment_id: EnrolmentId, last_day: date) -> None:
    """After `last_day` the pupil is on no roster. Raises EnrolmentUnknownError."""
    enrolment = await known_enrolment(ports, enrolment_id)
    await ports.store.save_enrolment(enrolment.ended(last_day))
