"""A guardian died, or was found to be living."""

from __future__ import annotations

from dataclasses import replace

from notify.usecases.ports import Ports


async def stop_writing(ports: Ports, guardian_id: str) -> None:
    """Nothing leaves for them from now on; what is planned ends without an address."""
    known = await ports.store.hold_guardian(guardian_id)
    await ports.store.save_guardian(replace(known, is_deceased=True))


async def write_again(ports: Ports, guardian_id: str) -> None:
    """They are reached where they were; what was not sent meanwhile is in the portal."""
    known = await ports.store.hold_guardian(guardian_id)
    await ports.store.save_guardian(replace(known, is_deceased=False))
