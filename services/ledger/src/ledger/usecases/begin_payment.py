"""Remember that somebody is paying a notice, and tell it: for a while it counts as paid."""

from __future__ import annotations

from datetime import timedelta

from ledger.domain.notices import Notice
from ledger.usecases.decision_ports import DecisionPorts
from refettorio_contracts.ledger import PaymentBegan


async def begin_payment(ports: DecisionPorts, notice: Notice) -> None:
    """A cart was opened, or the Nodo asked what is due. Begun again it counts anew; nothing is locked."""
    now = ports.world.clock.now()
    await ports.dunning.keep_beginning(notice, now)
    ports.world.announce(
        PaymentBegan(
            account_id=notice.account_id,
            notice_number=notice.number,
            amount_cents=notice.amount_cents,
            began_at=now,
            counts_until=now + timedelta(minutes=ports.dunning_policy.in_flight_minutes),
        )
    )
