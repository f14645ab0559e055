"""Whether families can pay at all: the office's switch, as the ledger tells it."""

from __future__ import annotations

from datetime import datetime

from enrollment.usecases.ports import Ports


async def follow_payment_network(ports: Ports, down_since: datetime | None) -> None:
    """The payment network is down since a moment; None says that it is up again."""
    await ports.store.save_network_down_since(down_since)
