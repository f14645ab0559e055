"""Enrollment tells that a pupil is enrolled."""

from __future__ import annotations

from attendance.domain.roster import Enrolment
from attendance.usecases.ports import Ports


async def seat_pupil(ports: Ports, enrolment: Enrolment) -> None:
    """From its first day on the pupil is on the roster of the class. Telling it twice changes nothing."""
    await ports.store.save_enrolment(enrolment)
