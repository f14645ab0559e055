"""Enrollment tells who belongs to the family of a pupil beside the holder."""

from __future__ import annotations

from notify.domain.second_guardian import SecondGuardian
from notify.usecases.ports import Ports


async def learn_second_guardian(ports: Ports, second: SecondGuardian) -> None:
    """They accepted: from now on they are told what the family of the pupil is told."""
    await ports.store.save_second_guardian(second)


async def forget_second_guardian(ports: Ports, second: SecondGuardian) -> None:
    """It is over, at once; told of who never was one, nothing changes."""
    await ports.store.remove_second_guardian(second)
