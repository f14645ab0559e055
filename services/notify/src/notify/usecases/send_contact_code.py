"""A guardian wants to prove that a contact is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notify.domain.delivery import delivery_for
from notify.domain.guardian import Channel
from notify.domain.letter import CONTACT_CODE, Cause, Letter, letter_id_for
from notify.usecases.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """`address` is not verified yet: nothing else is ever sent there."""

    channel: Channel
    address: str
    code: str
    requested_at: datetime
    expires_at: datetime


async def send_contact_code(ports: Ports, guardian_id: str, code: Code, *, cause: Cause) -> None:
    """Send it at once, at any hour, to that address alone. What is too late, or has no provider, is not written down.

    The letter is deleted as soon as it is sent or can no longer be; the portal never shows it.
    """
    now = ports.now()
    if now >= code.expires_at or code.channel not in ports.policy.channels:
        return
    letter = Letter(
        letter_id=letter_id_for(cause.event_id, guardian_id),
        guardian_id=guardian_id,
        kind="personal",
        template=CONTACT_CODE,
        content=ports.compose(CONTACT_CODE, {"code": code.code}),
        channels=(code.channel,),
        is_urgent=True,
        written_at=code.requested_at,
        cause=cause,
        expires_at=code.expires_at,
    )
    await ports.store.add_letters([letter])
    delivery = delivery_for(letter, code.channel, planned_at=now, not_before=now)
    await ports.store.plan([delivery.bound_to(code.address)])
