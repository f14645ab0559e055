"""One switch: the payment network is down since a moment, and nobody is blamed for not paying."""

from __future__ import annotations

from datetime import datetime

from ledger.usecases.decision_ports import DecisionPorts
from refettorio_chassis.audit import Actor, audit_line
from refettorio_contracts.ledger import PaymentNetworkCameBack, PaymentNetworkWentDown


async def switch_payment_network(
    ports: DecisionPorts, *, down_since: datetime | None, reason: str, by: Actor
) -> datetime | None:
    """While it is down no reminder goes out and no debt stops anybody; None says that it is up again.

    Told when it changes, so that pressing the switch twice tells once.
    """
    before = await ports.dunning.network_down_since()
    await ports.dunning.keep_network(down_since, by=by.subject)
    if down_since is not None and down_since != before:
        ports.world.announce(PaymentNetworkWentDown(since=down_since))
    elif down_since is None and before is not None:
        ports.world.announce(PaymentNetworkCameBack())
    what = "network-up" if down_since is None else "network-down"
    await ports.audit(audit_line(by, what, "payment-network", at=ports.world.clock.now(), reason=reason))
    return down_since
