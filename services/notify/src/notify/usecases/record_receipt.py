"""The provider says what became of a message it had taken."""

from __future__ import annotations

from notify.domain.guardian import Channel
from notify.usecases.announcements import delivery_failed
from notify.usecases.ports import Ports


async def record_receipt(ports: Ports, channel: Channel, reference: str, *, undeliverable: str | None) -> None:
    """A message that could not be delivered is failed, with the provider's word; a delivered one stays sent.

    `reference` is the provider's name of the message. Bad news that comes before we have that name is kept for the
    moment when we do; the same receipt twice changes nothing.
    """
    if undeliverable is None:
        return
    delivery = await ports.store.delivery_by_reference(channel, reference)
    if delivery is None:
        await ports.store.keep_early_receipt(channel, reference, undeliverable)
    elif delivery.state == "sent":
        failed = delivery.failed(undeliverable)
        await ports.store.save_delivery(failed)
        ports.announce(delivery_failed(failed), cause=failed.cause)
