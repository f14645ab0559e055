"""From deliveries to the events that tell of them: who and how, never where."""

from __future__ import annotations

from datetime import datetime

from notify.domain.delivery import Delivery
from refettorio_contracts.notify import DeliveryFailed, DeliverySent


def delivery_sent(delivery: Delivery, sent_at: datetime) -> DeliverySent:
    """The provider has it."""
    return DeliverySent(
        delivery_id=delivery.delivery_id,
        guardian_id=delivery.guardian_id,
        channel=delivery.channel,
        template=delivery.template,
        sent_at=sent_at,
    )


def delivery_failed(delivery: Delivery) -> DeliveryFailed:
    """It will not be sent any more; the reason carries no address."""
    return DeliveryFailed(
        delivery_id=delivery.delivery_id,
        guardian_id=delivery.guardian_id,
        channel=delivery.channel,
        template=delivery.template,
        reason=delivery.reason or "unknown",
        attempts=delivery.attempts,
    )
