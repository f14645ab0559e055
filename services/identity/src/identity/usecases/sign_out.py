"""End a session."""

from __future__ import annotations

from datetime import datetime

from identity.domain.exchange import begun_by_us
from identity.domain.roles import GUARDIAN
from identity.domain.session import Session
from identity.domain.sign_out import SignOut
from identity.usecases.ports import BrowserMessage, Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line


async def sign_out(ports: Ports, *, session_secret: str) -> BrowserMessage | None:
    """The cookie opens nothing any longer, whatever comes after. Signing out twice is no error.

    Where the provider keeps a session of its own: the request that ends it, for the browser to carry.
    """
    session = await ports.sessions.session(fingerprint(session_secret))
    if session is None:
        return None
    now = ports.now()
    await ports.sessions.close(session.session_id)
    by = Actor(subject=session.guardian_id, role=GUARDIAN)
    message = await _tell_provider(ports, session, now)
    details = {"scheme": session.scheme, "provider-told": "yes" if message else "no"}
    await ports.audit(audit_line(by, "signed-out", session.guardian_id, at=now, details=details))
    return message


async def _tell_provider(ports: Ports, session: Session, now: datetime) -> BrowserMessage | None:
    if session.at_provider is None:
        return None
    asked = SignOut(
        request_id=ports.chance.secret(),
        relay_state=ports.chance.secret(),
        scheme=session.scheme,
        provider=session.at_provider.provider,
        started_at=now,
    )
    message = ports.single_logout.request(asked, session.at_provider)
    if message is not None:
        await ports.sign_outs.add(asked)
        exchange = begun_by_us(ports.chance.identifier("exc"), "sign-out", asked, guardian_id=session.guardian_id)
        await ports.exchanges.add(exchange, {"request": message.as_sent})
    return message
