"""What the ledger says of the holders' accounts, as far as enrolment must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from enrollment.domain.holder import Holder
from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.ports import Ports


class FactKind(StrEnum):
    """What happened to the account."""

    DEBT_OPENED = "debt-opened"
    DEBT_SETTLED = "debt-settled"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFact:
    """One fact about one account, in the order in which it happened; `balance_cents` is the balance right after."""

    account_id: GuardianId
    kind: FactKind
    balance_cents: int
    debt_cents: int = 0


async def follow_balance(ports: Ports, facts: Sequence[AccountFact]) -> None:
    """Bring the holders up to date. The facts of one account must come in order."""
    known = await ports.store.holders({fact.account_id for fact in facts})
    now = dict(known)
    for fact in facts:
        now[fact.account_id] = _after(now[fact.account_id], fact)
    for account_id, holder in now.items():
        if holder != known[account_id]:
            await ports.store.save_holder(holder)


def _after(holder: Holder, fact: AccountFact) -> Holder:
    match fact.kind:
        case FactKind.DEBT_OPENED:
            return holder.in_debt(fact.debt_cents)
        case FactKind.DEBT_SETTLED:
            return holder.settled()
        case FactKind.MOVED:
            return holder.with_balance(fact.balance_cents)
        case _:
            assert_never(fact.kind)
