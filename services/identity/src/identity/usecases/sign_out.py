"""End a session."""

from __future__ import annotations

from identity.usecases.ports import AuditEntry, Ports
from identity.usecases.secrecy import fingerprint


async def sign_out(ports: Ports, *, session_secret: str) -> None:
    """The cookie opens nothing any longer. Signing out twice is no error."""
    session = await ports.sessions.session(fingerprint(session_secret))
    if session is None:
        return
    await ports.sessions.close(session.session_id)
    await ports.audit.write(
        AuditEntry(
            action="signed-out", actor=session.guardian_id, subject=session.guardian_id, at=ports.now(), details={}
        )
    )
