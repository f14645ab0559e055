"""Parcels for the channels."""

from datetime import UTC, datetime
from typing import Any

from notify.usecases.ports import Parcel
from tests.support.notify.memory import COMPOSER

LOW = COMPOSER("balance-running-low", {"balance_cents": 1530, "meals_left": 3})


def parcel(**changes: Any) -> Parcel:
    """A low balance for Maria, by e-mail unless said otherwise."""
    fields: dict[str, Any] = {
        "delivery_id": "evt-1:email:gua_maria",
        "token": "t1",
        "channel": "email",
        "template": "balance-running-low",
        "address": "maria@example.it",
        "given_name": "Maria",
        "content": LOW,
        "traceparent": None,
        "leaves_at": datetime(2025, 10, 6, 10, tzinfo=UTC),
    }
    return Parcel(**fields | changes)
