"""Remind who owes, one account at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ledger.domain.accounts import holder_account
from ledger.domain.dunning import DunningCase, Suspension, fee_transfer
from ledger.domain.own_plans import OwnPlan, are_kept
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.post_decision import book_for, post_decision
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day
from refettorio_contracts.ledger import ReminderIssued


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """How the reminders of one account stand."""

    account_id: str
    debt_cents: int
    case: DunningCase
    next_on: date | None
    suspended: Suspension | None
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """What became of one account: reminded now, or why not (None: not yet, or nothing owed)."""

    is_reminded: bool = False
    suspended: Suspension | None = None


async def look_at_debtor(ports: DecisionPorts, account_id: str) -> Debtor | None:
    """None when nothing is owed."""
    holder = holder_account(account_id)
    accounts = await ports.world.books.accounts([holder])
    balance = accounts[holder].balance_cents if accounts else 0
    if balance >= 0:
        return None
    now = ports.world.clock.now()
    since = await ports.dunning.debt_since(account_id)
    known = await ports.dunning.case(account_id)
    case = known if known and known.debt_since == since else DunningCase(account_id=account_id, debt_since=since)
    steps = ports.dunning_policy.steps
    return Debtor(
        account_id=account_id,
        debt_cents=-balance,
        case=case,
        next_on=case.next_on(steps),
        suspended=await _suspension(ports, account_id),
        is_due=case.due_step(steps, debt_cents=-balance, today=rome_day(now)) is not None,
    )


async def remind_debtor(ports: DecisionPorts, account_id: str, *, by: Actor) -> Reminded:
    """The step that is due, once; its fee is charged with it. Run it as often as you like."""
    debtor = await look_at_debtor(ports, account_id)
    if debtor is None:
        return Reminded()
    world, now = ports.world, ports.world.clock.now()
    today = rome_day(now)
    step = debtor.case.due_step(ports.dunning_policy.steps, debt_cents=debtor.debt_cents, today=today)
    if step is None or debtor.suspended is not None:
        return Reminded(suspended=debtor.suspended if step else None)
    case = debtor.case.reminded(step, today)
    holder = holder_account(account_id)
    account = (await world.books.accounts([holder]))[holder]
    if step.fee_cents:
        transfer = fee_transfer(case, fee_cents=step.fee_cents, decided_by=by.subject, day=today)
        book = await book_for(world, transfer)
        post_decision(world, book, transfer)
        await world.books.write(book)
        account = book.account(holder)
    await ports.dunning.keep_case(case)
    await ports.audit(audit_line(by, "issue-reminder", case.reminder_id, at=now))
    event = ReminderIssued(
        account_id=account_id,
        balance_cents=account.balance_cents,
        step=case.step,
        debt_cents=-account.balance_cents,
        fee_cents=step.fee_cents,
        due_date=case.due_date or today,
    )
    world.announce(event, sequence=account.sequence)
    return Reminded(is_reminded=True)


async def in_flight_now(ports: DecisionPorts, account_id: str) -> int:
    """Cents that somebody is paying right now: they count as paid for a while."""
    patience = timedelta(minutes=ports.dunning_policy.in_flight_minutes)
    return await ports.dunning.in_flight_cents(account_id, began_after=ports.world.clock.now() - patience)


async def arrangement_in_force(ports: DecisionPorts, account_id: str) -> Suspension | None:
    """What was arranged about the debt of the account, while it holds: by the office, or by a plan of the family's."""
    today = rome_day(ports.world.clock.now())
    for decided in await ports.dunning.arrangements_of(account_id):
        if decided.is_exempt_on(today):
            return Suspension.EXEMPT
        if not decided.instalments:
            continue
        paid = await ports.dunning.paid_since(account_id, decided.decided_at)
        plan = await ports.world.notices.plan(decided.arrangement_id)
        if decided.is_kept_on(today, paid_cents=paid, plan=plan):
            return Suspension.ON_PLAN
    return Suspension.ON_PLAN if await _keeps_an_own_plan(ports, account_id) else None


async def _keeps_an_own_plan(ports: DecisionPorts, account_id: str) -> bool:
    notices = await ports.world.notices.payable_of([account_id])
    plan_ids = {notice.plan.plan_id for notice in notices if notice.plan is not None}
    granted = {decided.arrangement_id for decided in await ports.dunning.arrangements_of(account_id)}
    found = [await ports.world.notices.plan(plan_id) for plan_id in sorted(plan_ids - granted)]
    plans = [
        OwnPlan(
            plan=plan,
            asked_on=rome_day(plan.issued_at),
            owed_cents=-await ports.dunning.balance_at(account_id, plan.issued_at),
            paid_cents=await ports.dunning.paid_since(account_id, plan.issued_at),
        )
        for plan in found
        if plan is not None
    ]
    if not plans:
        return False
    today, since = rome_day(ports.world.clock.now()), await ports.dunning.debt_since(account_id)
    return are_kept(plans, debt_since=since, today=today)


async def _suspension(ports: DecisionPorts, account_id: str) -> Suspension | None:
    holder = await ports.world.holders.holder(account_id)
    if holder is not None and holder.is_deceased:
        return Suspension.DECEASED  # the heirs are the office's to look for, and no fee falls on the dead
    if await ports.dunning.network_down_since() is not None:
        return Suspension.NETWORK_DOWN
    if await in_flight_now(ports, account_id):
        return Suspension.PAYMENT_IN_FLIGHT
    return await arrangement_in_force(ports, account_id)
