"""Take the next message that is due."""

from __future__ import annotations

from collections.abc import Collection

from notify.domain.delivery import NO_CONTACT, TOO_LATE, Delivery
from notify.domain.guardian import Channel, Guardian
from notify.usecases.ending import end_delivery
from notify.usecases.ports import Parcel, Ports


async def claim_delivery(ports: Ports, channel: Channel, *, token: str, in_hand: Collection[str]) -> Parcel | None:
    """Lease the delivery due for longest and return what is needed to send it; None when nothing can leave now.

    A lease that ran out is taken over: its sender died between the provider and its own database, or is very slow.
    Nobody can know whether the provider has that message, so it is sent again. This is the one place where a person may
    receive a message twice; an e-mail then carries the same Message-ID.
    """
    now = ports.now()
    delivery = await ports.store.claim(channel, now=now, token=token, until=now + ports.policy.lease, in_hand=in_hand)
    if delivery is None:
        return None
    not_before = ports.policy.not_before(channel, now, is_urgent=delivery.is_urgent)
    if not_before > now:
        await ports.store.save_delivery(delivery.put_back(not_before))
        return None
    return await _packed(ports, delivery, token)


async def _packed(ports: Ports, delivery: Delivery, token: str) -> Parcel | None:
    guardian = await ports.store.guardian(delivery.guardian_id)
    letter = await ports.store.letter(delivery.letter_id)
    address = _address(delivery, guardian)
    if letter is None or address is None:
        await end_delivery(ports, delivery.failed(NO_CONTACT))
        return None
    if letter.expires_at is not None and ports.now() >= letter.expires_at:
        await end_delivery(ports, delivery.failed(TOO_LATE))
        return None
    return Parcel(
        delivery_id=delivery.delivery_id,
        token=token,
        channel=delivery.channel,
        template=delivery.template,
        address=address,
        given_name=guardian.given_name if guardian else None,
        content=letter.content,
        traceparent=delivery.cause.traceparent,
        leaves_at=ports.now(),
    )


def _address(delivery: Delivery, guardian: Guardian | None) -> str | None:
    """Looked up when the message leaves, unless it is bound to one address alone."""
    if guardian is None or guardian.is_deceased or delivery.address is None:
        return guardian.address_for(delivery.channel) if guardian else delivery.address
    return delivery.address
