"""Enrollment tells that a pupil changes class."""

from __future__ import annotations

from attendance.domain.errors import EnrolmentUnknownError
from attendance.domain.identifiers import EnrolmentId
from attendance.domain.roster import Enrolment, Stay
from attendance.usecases.ports import Ports


async def move_pupil(ports: Ports, enrolment_id: EnrolmentId, stay: Stay) -> None:
    """From its day on the pupil is on the other roster, before it on the old one. Raises EnrolmentUnknownError."""
    enrolment = await known_enrolment(ports, enrolment_id)
    await ports.store.save_enrolment(enrolment.moved(stay))


async def known_enrolment(ports: Ports, enrolment_id: EnrolmentId) -> Enrolment:
    """The enrolment, or EnrolmentUnknownError."""
    enrolment = await ports.store.enrolment(enrolment_id)
    if enrolment is None:
        raise EnrolmentUnknownError("Iscrizione sconosciuta.", enrolment_id=enrolment_id)
    return enrolment
