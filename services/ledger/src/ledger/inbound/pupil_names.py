"""Kafka: accepted applications tell the names that statements, certificates and letters for a school print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from refettorio_chassis.consuming import Received, Subscription, one_by_one
from refettorio_chassis.transaction import Transaction
from refettorio_contracts.enrollment import ApplicationAccepted
from refettorio_contracts.topics import APPLICATIONS


class Names(Protocol):
    """Keeps them."""

    async def keep_name(self, pupil_id: str, *, given_name: str, family_name: str) -> None: ...


def pupil_names(names_of: Callable[[Transaction], Names]) -> Subscription:
    """The last name told holds."""

    async def on_application(transaction: Transaction, received: Received) -> None:
        event = received.event
        if isinstance(event, ApplicationAccepted):
            name = event.pupil
            await names_of(transaction).keep_name(
                event.pupil_id, given_name=name.given_name, family_name=name.family_name
            )

    return Subscription(name="pupil-names", topics=(APPLICATIONS,), on_batch=one_by_one(on_application))
