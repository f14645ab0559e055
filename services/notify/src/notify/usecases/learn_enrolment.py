"""A pupil was enrolled."""

from __future__ import annotations

from notify.domain.enrolment import Enrolment
from notify.usecases.ports import Ports


async def learn_enrolment(ports: Ports, enrolment: Enrolment) -> None:
    """The family belongs to the audiences of its service, school and class."""
    await ports.store.save_enrolment(enrolment)
