"""The provider says what became of a message it had taken."""

from __future__ import annotations

from collections.abc import Collection

from notify.domain.guardian import Channel
from notify.usecases.announcements import delivery_failed
from notify.usecases.ports import Ports


async def record_receipt(
    ports: Ports, channel: Channel, references: Collection[str], *, undeliverable: str | None
) -> None:
    """A message that could not be delivered is failed, with the provider's word; a delivered one stays sent.

    `references` are the forms in which the provider may have named it. A receipt for a message not known is ignored:
    it may be that of a sender that died before writing the reference down.
    """
    delivery = await ports.store.delivery_by_references(channel, references)
    if delivery is None or delivery.state != "sent" or undeliverable is None:
        return
    failed = delivery.failed(undeliverable)
    await ports.store.save_delivery(failed)
    ports.announce(delivery_failed(failed), cause=failed.cause)
