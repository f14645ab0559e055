"""What we hear from the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.follow_balance import AccountFact, FactKind, follow_balance
from enrollment.usecases.ports import Ports
from refettorio_chassis.consuming import OnBatch, Received, Subscription
from refettorio_chassis.transaction import Runner, Transaction
from refettorio_contracts import Event, topics
from refettorio_contracts.ledger import ChargeReversed, DebtOpened, DebtSettled, MealCharged, TopUpCredited


def subscriptions(run: Runner[Ports]) -> list[Subscription]:
    """The accounts of the holders: who is in debt may have to wait."""
    return [Subscription(name="debts", topics=[topics.ACCOUNTS], on_batch=on_accounts(run))]


def on_accounts(run: Runner[Ports]) -> OnBatch:
    """A batch in one go: thousands of charges concern few holders, and fewer still in debt."""

    async def on_batch(transaction: Transaction, batch: Sequence[Received]) -> None:
        facts = [fact for received in batch if (fact := account_fact(received.event)) is not None]
        await follow_balance(run.within(transaction), facts)

    return on_batch


def account_fact(event: Event) -> AccountFact | None:
    """What the event means here; `None` for those that mean nothing, known or yet to be invented."""
    match event:
        case DebtOpened():
            kind, debt_cents = FactKind.DEBT_OPENED, event.debt_cents
        case DebtSettled():
            kind, debt_cents = FactKind.DEBT_SETTLED, 0
        case MealCharged() | ChargeReversed() | TopUpCredited():
            kind, debt_cents = FactKind.MOVED, 0
        case _:
            return None
    return AccountFact(
        account_id=GuardianId(event.account_id), kind=kind, balance_cents=event.balance_cents, debt_cents=debt_cents
    )
