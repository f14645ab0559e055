"""End a session of one's own from another device, or all of them at once."""

from __future__ import annotations

from identity.domain.errors import SessionUnknownError
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def close_own_session(ports: Ports, *, reference: str, by: Actor) -> None:
    """It opens nothing any longer; a token already given lives 60 seconds at most. Raises `SessionUnknownError`."""
    for session in await ports.sessions.of_guardian(by.subject):
        if session.reference == reference:
            await ports.sessions.close(session.session_id)
            details = {"session": reference}
            await ports.audit(audit_line(by, "session-closed", by.subject, at=ports.now(), details=details))
            return
    raise SessionUnknownError("Questo accesso non c'è più: forse è già stato chiuso.")


async def close_every_own_session(ports: Ports, *, by: Actor) -> int:
    """Out of every device, this one too; how many were closed. Doing it again closes none."""
    every = await ports.sessions.of_guardian(by.subject)
    for session in every:
        await ports.sessions.close(session.session_id)
    if every:
        details = {"sessions": [session.reference for session in every]}
        await ports.audit(audit_line(by, "signed-out-everywhere", by.subject, at=ports.now(), details=details))
    return len(every)
