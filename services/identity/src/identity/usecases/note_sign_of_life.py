"""Remember that a session or a tablet was in use just now."""

from __future__ import annotations

from identity.usecases.ports import Ports


async def note_sign_of_life(ports: Ports, *, session_id: str | None, tablet_id: str | None) -> None:
    """Called at most once a minute for each visitor."""
    now = ports.now()
    if session_id:
        await ports.sessions.touch(session_id, now)
    if tablet_id:
        await ports.tablets.touch(tablet_id, now)
