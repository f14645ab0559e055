"""Paying in instalments: played on the fake in unit tests, on MongoDB in integration tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain.decision_errors import PlanConflictError, PlanNotFoundError, PlanNotValidError
from ledger.domain.errors import AccountNotFoundError, AmountNotValidError, ServiceNotPayableError
from ledger.domain.faults import Fault
from ledger.domain.instalments import MOST_INSTALMENTS, Instalment, InstalmentPlan, PlanState
from ledger.domain.money import MAX_CENTS
from ledger.domain.notices import Notice
from ledger.usecases.cancel_notice import cancel_notice
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_instalments import WantedPlan, cancel_plan, issue_instalments
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.open_balance import open_balance
from refettorio_chassis.audit import Actor
from tests.support.ledger_scenarios import OCTOBER, Bench, balance, kinds, proved, receipt

FAMILY = Actor(subject="gua_1", role="guardian")
CLERK = Actor(subject="stf_1", role="office")
THREE = tuple(Instalment(due_date=OCTOBER + timedelta(days=30 * n), amount_cents=c) for n, c in enumerate((50, 30, 20)))


def wanted(*instalments: Instalment, plan_id: str = "pla_autunno", **more: Any) -> WantedPlan:
    values: dict[str, Any] = {"account_id": "gua_1", "service": "meals", "with_whole": True} | more
    return WantedPlan(plan_id=plan_id, instalments=instalments or THREE, **values)


async def known_holder(bench: Bench) -> None:
    await bench.run(open_balance, account_id="gua_1", amount_cents=100, reason="riporto")


async def planned(bench: Bench, *instalments: Instalment, **more: Any) -> InstalmentPlan:
    await known_holder(bench)
    plan: InstalmentPlan = await bench.run(issue_instalments, wanted(*instalments, **more), by=FAMILY)
    return plan


async def now(bench: Bench, plan: InstalmentPlan) -> InstalmentPlan:
    found = await bench.queries.plan(plan.plan_id)
    assert found is not None
    return found


async def paid(bench: Bench, notice: Notice, name: str) -> None:
    sent = receipt(notice.number, notice.amount_cents, receipt_id=name, paid_at=bench.clock.now())
    assert await bench.run(keep_receipt, sent) is None
    assert await bench.run(credit_receipt, name)


def states(plan: InstalmentPlan) -> Sequence[str]:
    return [notice.state.value for notice in plan.notices]


def whole_of(plan: InstalmentPlan) -> Notice:
    assert plan.whole is not None
    return plan.whole


async def a_plan_has_a_notice_for_each_instalment_and_one_for_all(bench: Bench) -> None:
    plan = await planned(bench, *reversed(THREE))
    assert (plan.wanted, plan.amount_cents, plan.state) == (THREE, 100, PlanState.OPEN)
    assert [notice.instalment for notice in plan.notices] == [None, (1, 3), (2, 3), (3, 3)]
    assert (whole_of(plan).amount_cents, whole_of(plan).due_date) == (100, OCTOBER)
    assert len({notice.number for notice in plan.notices}) == 4
    grace = whole_of(plan).payable_until - OCTOBER
    assert [notice.payable_until - notice.due_date for notice in plan.notices] == [grace] * 4
    assert await now(bench, plan) == plan
    told = [event for event in await bench.told() if type(event).__name__ == "NoticeIssued"]
    assert [(event.plan_id, event.instalment) for event in told] == [  # type: ignore[attr-defined]
        ("pla_autunno", number) for number in (None, 1, 2, 3)
    ]


async def the_same_plan_asked_for_again_is_one(bench: Bench) -> None:
    plan = await planned(bench)
    assert await bench.run(issue_instalments, wanted(*reversed(THREE)), by=FAMILY) == plan
    assert (await kinds(bench)).count("NoticeIssued") == 4
    other = replace(THREE[0], amount_cents=51)
    for differs in (
        wanted(other, *THREE[1:]),
        wanted(with_whole=False),
        wanted(service="transport"),
        wanted(account_id="gua_2"),
    ):
        with pytest.raises(PlanConflictError):
            await bench.run(issue_instalments, differs, by=FAMILY)


async def who_pays_all_at_once_owes_no_instalment(bench: Bench) -> None:
    plan = await planned(bench)
    await paid(bench, whole_of(plan), "rt-1")
    after = await now(bench, plan)
    assert (states(after), after.state) == (["paid", *["cancelled"] * 3], PlanState.PAID)
    assert await balance(bench) == 100 + 100
    await proved(bench)


async def who_pays_an_instalment_can_no_longer_pay_all_at_once(bench: Bench) -> None:
    plan = await planned(bench)
    await paid(bench, plan.instalments[1], "rt-1")
    assert states(await now(bench, plan)) == ["cancelled", "payable", "paid", "payable"]
    await paid(bench, plan.instalments[0], "rt-2")
    assert (await now(bench, plan)).state is PlanState.OPEN
    await paid(bench, plan.instalments[2], "rt-3")
    after = await now(bench, plan)
    assert (states(after), after.state) == (["cancelled", *["paid"] * 3], PlanState.PAID)
    assert await balance(bench) == 100 + 100


async def money_for_what_was_cancelled_is_credited_and_told(bench: Bench) -> None:
    """Somebody pays the first instalment, somebody else all of it at the same time: the rest is not asked for."""
    plan = await planned(bench)
    await paid(bench, plan.instalments[0], "rt-1")
    await paid(bench, whole_of(plan), "rt-2")
    after = await now(bench, plan)
    assert (states(after), after.state) == (["paid", "paid", "cancelled", "cancelled"], PlanState.PAID)
    assert await balance(bench) == 100 + 50 + 100
    assert (await kinds(bench))[-3:] == ["TopUpCredited", "PaymentSettled", "PaymentAnomalous"]
    await proved(bench)


async def a_receipt_that_moved_no_money_ends_nothing(bench: Bench) -> None:
    plan = await planned(bench)
    sent = replace(receipt(whole_of(plan).number, 100), is_paid=False)
    assert await bench.run(keep_receipt, sent) is None
    wrong = replace(receipt(whole_of(plan).number, 100, receipt_id="rt-2"), creditor_reference="0" * 17)
    assert await bench.run(keep_receipt, wrong) is Fault.MEANINGLESS
    assert states(await now(bench, plan)) == ["payable"] * 4


async def what_is_left_of_a_plan_is_cancelled_once(bench: Bench) -> None:
    plan = await planned(bench)
    await paid(bench, plan.instalments[0], "rt-1")
    for _ in range(2):
        after = await bench.run(cancel_plan, plan.plan_id, reason="Sbagliato", by=CLERK)
        assert (states(after), after.state) == (["cancelled", "paid", "cancelled", "cancelled"], PlanState.ENDED)
    assert (await kinds(bench)).count("InstalmentPlanEnded") == 1
    with pytest.raises(PlanNotFoundError):
        await bench.run(cancel_plan, "pla_altro", reason="Sbagliato", by=CLERK)


async def an_instalment_is_late_once_its_day_is_past_and_while_it_is_asked_for(bench: Bench) -> None:
    plan = await planned(bench)
    after = OCTOBER + timedelta(days=31)
    assert plan.overdue_on(OCTOBER) == ()
    assert plan.overdue_on(after) == plan.instalments[:2]
    await paid(bench, plan.instalments[0], "rt-1")
    assert [notice.instalment for notice in (await now(bench, plan)).overdue_on(after)] == [(2, 3)]
    await bench.run(cancel_notice, plan.instalments[1].number, reason="Errore", by=CLERK)
    assert (await now(bench, plan)).overdue_on(after) == ()


async def one_instalment_is_all_of_it(bench: Bench) -> None:
    plan = await planned(bench, THREE[0])
    assert (plan.whole, [notice.instalment for notice in plan.notices]) == (None, [(1, 1)])
    assert await bench.run(issue_instalments, wanted(THREE[0]), by=FAMILY) == plan


async def what_cannot_be_paid_in_instalments_is_refused(bench: Bench) -> None:
    await known_holder(bench)
    today = THREE[0]
    late = [Instalment(due_date=OCTOBER + timedelta(days=n), amount_cents=1) for n in range(MOST_INSTALMENTS + 1)]
    wrong: list[list[Instalment]] = [
        [today, today],
        [today, replace(today, due_date=OCTOBER - timedelta(days=1))],
        [today, replace(today, due_date=date(9999, 12, 31))],
        late,
    ]
    for parts in wrong:
        with pytest.raises(PlanNotValidError):
            await bench.run(issue_instalments, wanted(*parts), by=FAMILY)
    for parts in ([replace(today, amount_cents=0)], [replace(today, amount_cents=MAX_CENTS), *THREE[1:]]):
        with pytest.raises(AmountNotValidError):
            await bench.run(issue_instalments, wanted(*parts), by=FAMILY)
    with pytest.raises(ServiceNotPayableError):
        await bench.run(issue_instalments, wanted(service="library"), by=FAMILY)
    with pytest.raises(AccountNotFoundError):
        await bench.run(issue_instalments, wanted(account_id="gua_9"), by=CLERK)


SCENARIOS = (
    a_plan_has_a_notice_for_each_instalment_and_one_for_all,
    the_same_plan_asked_for_again_is_one,
    who_pays_all_at_once_owes_no_instalment,
    who_pays_an_instalment_can_no_longer_pay_all_at_once,
    money_for_what_was_cancelled_is_credited_and_told,
    a_receipt_that_moved_no_money_ends_nothing,
    what_is_left_of_a_plan_is_cancelled_once,
    an_instalment_is_late_once_its_day_is_past_and_while_it_is_asked_for,
    one_instalment_is_all_of_it,
    what_cannot_be_paid_in_instalments_is_refused,
)
