"""Enrollment tells who sees a pupil beside the holder."""

from __future__ import annotations

from attendance.domain.roster import SecondGuardian
from attendance.usecases.ports import Ports


async def let_see(ports: Ports, second: SecondGuardian) -> None:
    """They accepted: from now on the days of the pupil are theirs to read as well."""
    await ports.store.save_second_guardian(second)


async def see_no_longer(ports: Ports, second: SecondGuardian) -> None:
    """It is over, at once; told of who was never let in, nothing changes."""
    await ports.store.remove_second_guardian(second)
