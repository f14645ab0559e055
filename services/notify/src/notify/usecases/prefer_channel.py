"""A guardian chose the channel to be written to."""

from __future__ import annotations

from dataclasses import replace

from notify.usecases.ports import Ports


async def prefer_channel(ports: Ports, guardian_id: str, *, channel: str | None) -> None:
    """From now on; deliveries planned already stay as they are. None: every channel."""
    known = await ports.store.hold_guardian(guardian_id)
    await ports.store.save_guardian(replace(known, preferred_channel=channel))
