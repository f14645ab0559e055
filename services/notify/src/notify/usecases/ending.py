"""A delivery is over: it is told, and of a code nothing is kept."""

from __future__ import annotations

from notify.domain.delivery import Delivery
from notify.usecases.announcements import delivery_failed, delivery_sent
from notify.usecases.ports import Ports


async def end_delivery(ports: Ports, delivery: Delivery) -> None:
    """Save what became of it, whatever its state; announce it when it is over."""
    await ports.store.save_delivery(delivery)
    if delivery.state == "sent" and delivery.sent_at:
        ports.announce(delivery_sent(delivery, delivery.sent_at), cause=delivery.cause)
    elif delivery.state == "failed":
        ports.announce(delivery_failed(delivery), cause=delivery.cause)
    else:
        return
    if delivery.is_secret:
        await ports.store.delete_letter(delivery.letter_id)
