"""A guardian signed in for the first time."""

from __future__ import annotations

from dataclasses import replace

from notify.usecases.ports import Ports


async def learn_guardian(ports: Ports, guardian_id: str, *, given_name: str) -> None:
    """Learn how to greet them. Contacts told before are kept."""
    known = await ports.store.hold_guardian(guardian_id)
    await ports.store.save_guardian(replace(known, given_name=given_name))
