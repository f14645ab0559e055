"""Hear what the provider says to our logout request."""

from __future__ import annotations

from identity.domain.errors import LogoutRefusedError
from identity.domain.exchange import Answer
from identity.domain.sign_in import Scheme
from identity.domain.sign_out import Farewell
from identity.usecases.ports import Carried, Ports
from refettorio_chassis.audit import Actor, audit_line


async def complete_sign_out(ports: Ports, *, scheme: Scheme, carried: Carried) -> Farewell:
    """Our session ended when the person asked; this only tells whether the provider's ended too.

    Raises `LogoutRefusedError` for an answer nobody waits for, or that breaks a rule.
    """
    now = ports.now()
    relay_state = carried.relay_state
    sign_out = await ports.sign_outs.take(relay_state) if relay_state else None
    if sign_out is None or sign_out.scheme != scheme or not sign_out.is_awaited(now):
        raise LogoutRefusedError("unsolicited")
    farewell = ports.single_logout.read_response(carried, sign_out, now)
    by = Actor(subject=sign_out.provider, role="identity-provider")
    details = {"scheme": scheme, "outcome": farewell.value}
    await ports.audit(audit_line(by, "sign-out-answered", sign_out.request_id, at=now, details=details))
    exchange = await ports.exchanges.ours(sign_out.request_id)
    if exchange is not None:
        answer = Answer(answered_at=now, outcome=farewell.value)
        await ports.exchanges.answer(exchange.answered(answer), {"response": carried.as_sent})
    return farewell
