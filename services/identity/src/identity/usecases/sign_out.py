"""End a session."""

from __future__ import annotations

from identity.domain.roles import GUARDIAN
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line


async def sign_out(ports: Ports, *, session_secret: str) -> None:
    """The cookie opens nothing any longer. Signing out twice is no error."""
    session = await ports.sessions.session(fingerprint(session_secret))
    if session is None:
        return
    await ports.sessions.close(session.session_id)
    by = Actor(subject=session.guardian_id, role=GUARDIAN)
    await ports.audit(audit_line(by, "signed-out", session.guardian_id, at=ports.now()))
