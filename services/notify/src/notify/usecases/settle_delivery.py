"""Write down what the provider did."""

from __future__ import annotations

from typing import assert_never

from notify.domain.delivery import Delivery
from notify.domain.outcome import Accepted, Deferred, Outcome, Refused
from notify.usecases.ending import end_delivery
from notify.usecases.ports import Ports


async def settle_delivery(ports: Ports, delivery_id: str, *, token: str, outcome: Outcome) -> Delivery | None:
    """Settle the delivery held by `token`, and announce it when it is over.

    Returns None, and changes nothing, when the lease has passed to another sender: a slow one must not overwrite its
    successor.
    """
    delivery = await ports.store.leased(delivery_id, token)
    if delivery is None:
        return None
    settled = await _unless_undeliverable(ports, _settled(ports, delivery, outcome))
    await end_delivery(ports, settled)
    return settled


async def _unless_undeliverable(ports: Ports, settled: Delivery) -> Delivery:
    """Bad news may have been faster than the provider's own answer."""
    if settled.state != "sent" or settled.reference is None:
        return settled
    bad_news = await ports.store.take_early_receipt(settled.channel, settled.reference)
    return settled.failed(bad_news) if bad_news else settled


def _settled(ports: Ports, delivery: Delivery, outcome: Outcome) -> Delivery:
    now = ports.now()
    match outcome:
        case Accepted():
            return delivery.sent(outcome, now)
        case Refused(reason=reason):
            return delivery.failed(reason)
        case Deferred(reason=reason):
            next_attempt = ports.policy.retry.next_attempt(
                attempts=delivery.attempts, planned_at=delivery.planned_at, now=now, jitter=ports.jitter()
            )
            if next_attempt is None:
                return delivery.failed(reason)
            not_before = ports.policy.not_before(delivery.channel, next_attempt, is_urgent=delivery.is_urgent)
            return delivery.postponed(not_before, reason)
        case _:
            assert_never(outcome)
