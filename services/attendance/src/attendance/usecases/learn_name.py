"""Enrollment tells the name of a pupil, on a topic of its own."""

from __future__ import annotations

from attendance.domain.identifiers import PupilId
from attendance.usecases.ports import Ports, PupilName


async def learn_name(ports: Ports, pupil_id: PupilId, name: PupilName) -> None:
    """The name may arrive before the pupil is on any roster, or after."""
    await ports.store.save_name(pupil_id, name)
