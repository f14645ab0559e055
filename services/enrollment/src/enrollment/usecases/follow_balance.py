"""What the ledger says of the holders' accounts, as far as enrolment must know."""

from __future__ import annotations

from collections.abc import Sequence

from enrollment.domain.account_facts import AccountFact
from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.ports import Ports


async def follow_balance(ports: Ports, facts: Sequence[tuple[GuardianId, AccountFact]]) -> None:
    """Bring the holders up to date. The facts of one account must come in order."""
    known = await ports.store.holders({account_id for account_id, _ in facts})
    now = dict(known)
    for account_id, fact in facts:
        now[account_id] = now[account_id].after(fact)
    for account_id, holder in now.items():
        if holder != known[account_id]:
            await ports.store.save_holder(holder)
