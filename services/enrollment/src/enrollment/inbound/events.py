"""What we hear from the ledger and from identity."""

from __future__ import annotations

from collections.abc import Sequence

from enrollment.domain.account_facts import (
    AccountFact,
    BalanceMoved,
    DebtOpened,
    DebtSettled,
    Exempted,
    PlanEnded,
    ToppedUp,
)
from enrollment.domain.debt_block import Instalment, PaymentInFlight, Plan
from enrollment.domain.guardian import Guardian
from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.follow_balance import follow_balance
from enrollment.usecases.follow_merge import follow_merge
from enrollment.usecases.follow_payment_network import follow_payment_network
from enrollment.usecases.know_guardian import follow_death, know_guardian
from enrollment.usecases.ports import Ports
from refettorio_chassis.consuming import OnBatch, Received, Subscription, one_by_one
from refettorio_chassis.transaction import Runner, Transaction
from refettorio_contracts import Event, identity, ledger, topics


def subscriptions(run: Runner[Ports]) -> list[Subscription]:
    """The accounts of the holders: who is in debt may have to wait. The guardians: who they are, by which code they may
    be named, that two are one person, that one died.
    """

    async def on_guardians(transaction: Transaction, received: Received) -> None:
        ports = run.within(transaction)
        match received.event:
            case identity.GuardianRegistered(guardian_id=guardian_id, person=person):
                await know_guardian(ports, _guardian(guardian_id, person))
            case identity.GuardianMerged(guardian_id=guardian_id, into_guardian_id=kept):
                await follow_merge(ports, GuardianId(guardian_id), into=GuardianId(kept))
            case identity.GuardianDeceased(guardian_id=guardian_id):
                await follow_death(ports, GuardianId(guardian_id), told_at=received.envelope.time)

    return [
        Subscription(name="debts", topics=[topics.ACCOUNTS], on_batch=on_accounts(run)),
        Subscription(name="guardians", topics=[topics.GUARDIANS], on_batch=one_by_one(on_guardians)),
    ]


def _guardian(guardian_id: str, person: identity.PersonalData) -> Guardian:
    return Guardian(
        guardian_id=GuardianId(guardian_id),
        fiscal_code=person.fiscal_code,
        given_name=person.given_name,
        family_name=person.family_name,
    )


def on_accounts(run: Runner[Ports]) -> OnBatch:
    """A batch in one go: thousands of charges concern few holders, and fewer still in debt."""

    async def on_batch(transaction: Transaction, batch: Sequence[Received]) -> None:
        ports = run.within(transaction)
        facts = [fact for received in batch if (fact := account_fact(received.event)) is not None]
        await follow_balance(ports, facts)
        for received in batch:
            match received.event:
                case ledger.PaymentNetworkWentDown(since=since):
                    await follow_payment_network(ports, since)
                case ledger.PaymentNetworkCameBack():
                    await follow_payment_network(ports, None)

    return on_batch


def account_fact(event: Event) -> tuple[GuardianId, AccountFact] | None:
    """Whose account it is about and what it means here; `None` for what means nothing, known or yet to be invented."""
    fact: AccountFact
    match event:
        case ledger.DebtOpened():
            fact = DebtOpened(debt_cents=event.debt_cents)
        case ledger.DebtSettled():
            fact = DebtSettled()
        case ledger.TopUpCredited():
            fact = ToppedUp(
                notice_number=event.notice_number, amount_cents=event.amount_cents, balance_cents=event.balance_cents
            )
        case (
            ledger.MealCharged()
            | ledger.ChargeReversed()
            | ledger.ReminderIssued()
            | ledger.DebtWrittenOff()
            | ledger.BalanceMoved()
        ):
            fact = BalanceMoved(balance_cents=event.balance_cents)
        case ledger.PaymentBegan():
            fact = _payment(event)
        case ledger.DebtExempted():
            fact = Exempted(until=event.until)
        case ledger.InstalmentPlanGranted():
            fact = _plan(event)
        case ledger.InstalmentPlanEnded():
            fact = PlanEnded(plan_id=event.plan_id)
        case _:
            return None
    return GuardianId(event.account_id), fact


def _payment(event: ledger.PaymentBegan) -> PaymentInFlight:
    return PaymentInFlight(
        notice_number=event.notice_number,
        amount_cents=event.amount_cents,
        began_at=event.began_at,
        counts_until=event.counts_until,
    )


def _plan(event: ledger.InstalmentPlanGranted) -> Plan:
    parts = sorted(event.instalments, key=lambda part: part.due_date)
    return Plan(
        plan_id=event.plan_id,
        instalments=tuple(Instalment(due_date=part.due_date, amount_cents=part.amount_cents) for part in parts),
    )
