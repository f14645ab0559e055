"""Remember that sessions and tablets were in use just now."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from identity.usecases.ports import Ports


async def note_signs_of_life(
    ports: Ports, *, session_ids: Collection[str], tablet_ids: Collection[str], held: Mapping[str, str] | None = None
) -> None:
    """Called at most once a minute for each visitor. `held`: by tablet, who just changed something with it."""
    now = ports.now()
    if session_ids:
        await ports.sessions.touch(session_ids, now)
    if tablet_ids:
        await ports.tablets.touch(tablet_ids, now)
    if held:
        await ports.tablets.touch_held(held, now)
