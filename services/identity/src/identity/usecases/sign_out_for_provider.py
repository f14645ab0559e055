"""End the sessions a provider says are over: the person signed out there, or at another service."""

from __future__ import annotations

from identity.domain.exchange import Exchange
from identity.domain.sign_in import Scheme
from identity.usecases.ports import BrowserMessage, Carried, Ports
from refettorio_chassis.audit import Actor, audit_line


async def sign_out_for_provider(ports: Ports, *, scheme: Scheme, carried: Carried) -> BrowserMessage | None:
    """Our answer, for the browser to carry back; it is good also when the session was over or never was (rules, 1.).

    None for a provider that takes no answer. Asking twice is no error. Raises `LogoutRefusedError`.
    """
    now = ports.now()
    asked = ports.single_logout.read_request(carried, scheme, now)
    by = Actor(subject=asked.provider, role="identity-provider")
    details = {"scheme": scheme, "request": asked.request_id}
    ended = await ports.sessions.beside(asked.provider, asked.name_id, asked.indexes)
    for session in ended:
        await ports.sessions.close(session.session_id)
        await ports.audit(audit_line(by, "signed-out-by-provider", session.guardian_id, at=now, details=details))
    answer_id = ports.chance.secret()
    message = ports.single_logout.response(asked, answer_id, carried, now)
    exchange = Exchange(
        exchange_id=ports.chance.identifier("exc"),
        request_id=asked.request_id,
        kind="sign-out",
        begun_by="provider",
        scheme=scheme,
        provider=asked.provider,
        started_at=now,
        answered_at=now,
        outcome="complete",
        response_id=answer_id,
        guardian_id=ended[0].guardian_id if ended else None,
    )
    messages = {"request": carried.as_sent, **({"response": message.as_sent} if message else {})}
    await ports.exchanges.add(exchange, messages)
    return message
