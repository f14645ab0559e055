"""An officer decides about a debt: a plan in instalments, an exemption, a write-off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.domain.accounts import Account, holder_account
from ledger.domain.charging import MEALS
from ledger.domain.decision_errors import NotInDebtError, PlanConflictError
from ledger.domain.dunning import Arrangement, ArrangementKind, planned, write_off_transfer
from ledger.domain.instalments import Instalment
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.issue_instalments import WantedPlan, end_plan, issued_plan
from ledger.usecases.post_decision import book_for, post_decision
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day
from refettorio_contracts import ledger as contracts


async def grant_plan(  # noqa: PLR0913 - each is a part of what the officer decides
    ports: DecisionPorts,
    account_id: str,
    *,
    instalments: Sequence[Instalment],
    reason: str,
    by: Actor,
    plan_id: str | None = None,
    with_whole: bool = False,
) -> Arrangement:
    """While it is kept nobody is reminded and enrolment is open; its notices are issued with it.

    The same `plan_id` twice is once. A new plan takes the place of those before: what nobody has paid of them can no
    longer be paid.
    Raises NotInDebtError, PlanNotValidError, PlanConflictError, ServiceNotPayableError.
    """
    world, now = ports.world, ports.world.clock.now()
    known = await _known_plan(ports, plan_id, account_id) if plan_id else None
    if known is not None:
        return known
    account = await _debtor(ports, account_id)
    debt = -account.balance_cents
    decided = Arrangement(
        arrangement_id=plan_id or ports.new_id("pla"),
        account_id=account_id,
        kind=ArrangementKind.PLAN,
        reason=reason,
        decided_by=by.subject,
        decided_at=now,
        amount_cents=debt,
        instalments=planned(instalments, debt_cents=debt, today=rome_day(now)),
    )
    await _end_plans(ports, account_id)
    wanted = WantedPlan(
        plan_id=decided.arrangement_id,
        account_id=account_id,
        service=account.standing.debt_service or MEALS,
        instalments=decided.instalments,
        with_whole=with_whole,
    )
    await issued_plan(world, wanted)
    parts = [
        contracts.Instalment(due_date=each.due_date, amount_cents=each.amount_cents) for each in decided.instalments
    ]
    event = contracts.InstalmentPlanGranted(
        account_id=account_id, plan_id=decided.arrangement_id, instalments=tuple(parts)
    )
    world.announce(event)
    return await _kept(ports, decided, by)


async def exempt_debtor(ports: DecisionPorts, account_id: str, *, until: date, reason: str, by: Actor) -> Arrangement:
    """On the word of the social services nobody is reminded or stopped up to `until` (inside). Money is not touched."""
    decided = Arrangement(
        arrangement_id=ports.new_id("exe"),
        account_id=account_id,
        kind=ArrangementKind.EXEMPTION,
        reason=reason,
        decided_by=by.subject,
        decided_at=ports.world.clock.now(),
        until=until,
    )
    event = contracts.DebtExempted(account_id=account_id, exemption_id=decided.arrangement_id, until=until)
    ports.world.announce(event)
    return await _kept(ports, decided, by)


async def write_off(
    ports: DecisionPorts, account_id: str, *, write_off_id: str, amount_cents: int, reason: str, by: Actor
) -> Arrangement:
    """The municipality gives up a part of the debt, or all of it; the same `write_off_id` twice is once.

    Where nothing is owed any more, what nobody has paid of a plan can no longer be paid.
    Raises NotInDebtError, WriteOffTooHighError, TransferConflictError.
    """
    world, now = ports.world, ports.world.clock.now()
    known = await ports.dunning.arrangement(write_off_id)
    if known is not None and (known.account_id, known.amount_cents) == (account_id, amount_cents):
        return known
    decided = Arrangement(
        arrangement_id=write_off_id,
        account_id=account_id,
        kind=ArrangementKind.WRITE_OFF,
        reason=reason,
        decided_by=by.subject,
        decided_at=now,
        amount_cents=amount_cents,
    )
    transfer = write_off_transfer(
        decided, debt_cents=-(await _debtor(ports, account_id)).balance_cents, day=rome_day(now)
    )
    book = await book_for(world, transfer)
    post_decision(world, book, transfer)
    await world.books.write(book)
    account = book.account(transfer.credit)
    if account.balance_cents == 0:
        await _end_plans(ports, account_id)
    event = contracts.DebtWrittenOff(
        account_id=account_id,
        balance_cents=account.balance_cents,
        transfer_id=transfer.transfer_id,
        amount_cents=amount_cents,
    )
    world.announce(event, sequence=account.sequence)
    return await _kept(ports, decided, by)


async def _known_plan(ports: DecisionPorts, plan_id: str, account_id: str) -> Arrangement | None:
    known = await ports.dunning.arrangement(plan_id)
    if known is not None and (known.account_id, known.kind) == (account_id, ArrangementKind.PLAN):
        return known
    if known is not None or await ports.world.notices.plan(plan_id) is not None:
        raise PlanConflictError("Con questo codice esiste già un altro piano di rate.")
    return None


async def _end_plans(ports: DecisionPorts, account_id: str) -> None:
    for before in await ports.dunning.arrangements_of(account_id):
        plan = await ports.world.notices.plan(before.arrangement_id)
        if plan is not None:
            await end_plan(ports.world, plan)


async def _debtor(ports: DecisionPorts, account_id: str) -> Account:
    accounts = await ports.world.books.accounts([holder_account(account_id)])
    account = accounts.get(holder_account(account_id))
    if account is None or account.balance_cents >= 0:
        raise NotInDebtError("Sul conto non risulta alcun debito.")
    return account


async def _kept(ports: DecisionPorts, decided: Arrangement, by: Actor) -> Arrangement:
    await ports.dunning.keep_arrangement(decided)
    line = audit_line(
        by,
        f"grant-{decided.kind}",
        decided.arrangement_id,
        at=decided.decided_at,
        reason=decided.reason,
        details={"account_id": decided.account_id, "amount_cents": str(decided.amount_cents)},
    )
    await ports.audit(line)
    return decided
