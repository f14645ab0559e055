"""Reminders and what an officer decides about a debt, played on the fake and on MongoDB."""

from datetime import date, timedelta

import pytest

from ledger.domain.accounts import REMINDER_FEES, WRITE_OFFS
from ledger.domain.creditor import Holder
from ledger.domain.decision_errors import (
    NotInDebtError,
    PlanConflictError,
    PlanNotValidError,
    WriteOffTooHighError,
)
from ledger.domain.dunning import Suspension
from ledger.domain.errors import TransferConflictError
from ledger.domain.instalments import Instalment, InstalmentPlan, PlanState
from ledger.domain.notices import Notice
from ledger.usecases.arrange_debt import exempt_debtor, grant_plan, write_off
from ledger.usecases.begin_payment import begin_payment
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_instalments import WantedPlan, cancel_plan, issue_instalments
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.know_holder import know_holder, know_holders_death
from ledger.usecases.open_balance import open_balance
from ledger.usecases.remind_debtors import Debtor, Reminded, look_at_debtor, remind_debtor
from ledger.usecases.switch_payment_network import switch_payment_network
from refettorio_chassis.clock import rome_day
from refettorio_contracts.ledger import (
    DebtExempted,
    InstalmentPlanEnded,
    InstalmentPlanGranted,
    PaymentBegan,
    PaymentNetworkCameBack,
    PaymentNetworkWentDown,
)
from tests.support.ledger_decisions import CLERK, FAMILY, DecisionBench
from tests.support.ledger_scenarios import balance, kinds, proved, receipt

DEBT_DAY = date(2025, 10, 6)


async def in_debt(bench: DecisionBench, cents: int = 3_000) -> None:
    await bench.run(open_balance, account_id="gua_1", amount_cents=1_000, reason="riporto")
    await bench.run(open_balance, account_id="gua_1", amount_cents=-1_000 - cents, reason="pasti")


async def reminded(bench: DecisionBench) -> Reminded:
    done: Reminded = await bench.decide(remind_debtor, "gua_1", by=CLERK)
    return done


async def looked_at(bench: DecisionBench) -> Debtor:
    debtor: Debtor = await bench.decide(look_at_debtor, "gua_1")
    return debtor


async def topped_up(bench: DecisionBench, cents: int, name: str) -> None:
    await pay(bench, await bench.run(issue_notice, account_id="gua_1", amount_cents=cents, service="meals"), name)


async def pay(bench: DecisionBench, notice: Notice, name: str) -> None:
    sent = receipt(notice.number, notice.amount_cents, receipt_id=name, paid_at=bench.clock.now())
    await bench.run(keep_receipt, sent)
    await bench.run(credit_receipt, name)


async def steps_follow_each_other_after_their_delay_and_never_twice(bench: DecisionBench) -> None:
    await in_debt(bench)
    assert await reminded(bench) == Reminded()
    bench.clock.advance(timedelta(days=15))
    for expected in (True, False):
        assert (await reminded(bench)).is_reminded is expected
    bench.clock.advance(timedelta(days=30))
    for expected in (True, False):
        assert (await reminded(bench)).is_reminded is expected
    assert await balance(bench) == -3_530
    assert await balance(bench, REMINDER_FEES) == 530
    debtor = await looked_at(bench)
    assert (debtor.case.step, debtor.case.debt_since, debtor.next_on, debtor.is_due) == (2, DEBT_DAY, None, False)
    bench.clock.advance(timedelta(days=300))
    assert not (await reminded(bench)).is_reminded
    assert (await kinds(bench)).count("ReminderIssued") == 2
    await proved(bench)


async def a_small_debt_waits_and_a_new_debt_begins_again(bench: DecisionBench) -> None:
    await in_debt(bench, 499)
    bench.clock.advance(timedelta(days=20))
    assert not (await reminded(bench)).is_reminded
    await bench.run(open_balance, account_id="gua_1", amount_cents=-1, reason="un altro pasto")
    assert (await reminded(bench)).is_reminded
    await topped_up(bench, 600, "rt-1")
    assert await bench.decide(look_at_debtor, "gua_1") is None
    assert await reminded(bench) == Reminded()
    await bench.run(open_balance, account_id="gua_1", amount_cents=-900, reason="altri pasti")
    debtor = await looked_at(bench)
    assert (debtor.case.step, debtor.case.debt_since) == (0, DEBT_DAY + timedelta(days=20))


async def nobody_is_blamed_while_nobody_can_pay(bench: DecisionBench) -> None:
    await in_debt(bench)
    bench.clock.advance(timedelta(days=15))
    await bench.decide(switch_payment_network, down_since=bench.clock.now(), reason="pagoPA fermo", by=CLERK)
    assert await reminded(bench) == Reminded(suspended=Suspension.NETWORK_DOWN)
    await bench.decide(switch_payment_network, down_since=None, reason="pagoPA riparte", by=CLERK)
    assert (await reminded(bench)).is_reminded
    assert (await bench.audited())[:2] == ["network-down", "network-up"]


async def nobody_reminds_the_dead(bench: DecisionBench) -> None:
    holder = Holder(account_id="gua_1", fiscal_code="RSSMRA85T10A562S", full_name="Mario Rossi")
    await bench.run(know_holders_death, "gua_1", is_deceased=True)
    await bench.run(know_holder, holder)
    await in_debt(bench)
    bench.clock.advance(timedelta(days=15))
    assert await reminded(bench) == Reminded(suspended=Suspension.DECEASED)
    assert (await balance(bench), (await looked_at(bench)).suspended) == (-3_000, Suspension.DECEASED)
    await bench.run(know_holders_death, "gua_1", is_deceased=False)
    assert (await reminded(bench)).is_reminded


async def the_network_is_told_when_it_changes(bench: DecisionBench) -> None:
    down = bench.clock.now()
    for since in (None, down, down, None, None):
        await bench.decide(switch_payment_network, down_since=since, reason="pagoPA", by=CLERK)
    assert await bench.told() == [PaymentNetworkWentDown(since=down), PaymentNetworkCameBack()]


async def a_payment_begun_counts_for_a_while(bench: DecisionBench) -> None:
    await in_debt(bench)
    bench.clock.advance(timedelta(days=15))
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=3_000, service="meals")
    assert (await looked_at(bench)).suspended is None
    await bench.decide(begin_payment, notice)
    began_at = bench.clock.now()
    bench.clock.advance(timedelta(minutes=29))
    assert await reminded(bench) == Reminded(suspended=Suspension.PAYMENT_IN_FLIGHT)
    bench.clock.advance(timedelta(minutes=2))
    assert (await reminded(bench)).is_reminded
    [told] = [event for event in await bench.told() if isinstance(event, PaymentBegan)]
    assert (told.account_id, told.notice_number, told.amount_cents) == ("gua_1", notice.number, 3_000)
    assert (told.began_at, told.counts_until) == (began_at, began_at + timedelta(minutes=30))


async def a_plan_suspends_reminders_while_it_is_kept(bench: DecisionBench) -> None:
    await in_debt(bench)
    parts = [
        Instalment(due_date=DEBT_DAY + timedelta(days=days), amount_cents=cents)
        for days, cents in ((40, 1_000), (20, 2_000))
    ]
    granted = await bench.decide(grant_plan, "gua_1", instalments=parts, reason="Difficoltà", by=CLERK)
    [told] = [event for event in await bench.told() if isinstance(event, InstalmentPlanGranted)]
    assert (told.account_id, told.plan_id) == ("gua_1", granted.arrangement_id)
    assert [each.amount_cents for each in told.instalments] == [2_000, 1_000]
    bench.clock.advance(timedelta(days=16))
    assert await reminded(bench) == Reminded(suspended=Suspension.ON_PLAN)
    await topped_up(bench, 1_999, "rt-1")
    bench.clock.advance(timedelta(days=5))
    assert (await looked_at(bench)).suspended is None
    await topped_up(bench, 1, "rt-2")
    assert (await looked_at(bench)).suspended is Suspension.ON_PLAN
    bench.clock.advance(timedelta(days=30))
    assert (await reminded(bench)).is_reminded


async def plan_of_two(bench: DecisionBench, plan_id: str = "pla_debito", **more: object) -> InstalmentPlan:
    parts = [
        Instalment(due_date=DEBT_DAY + timedelta(days=days), amount_cents=cents)
        for days, cents in ((20, 2_000), (40, 1_000))
    ]
    wanted = {"instalments": parts, "reason": "Difficoltà", "by": CLERK, "plan_id": plan_id} | more
    await bench.decide(grant_plan, "gua_1", **wanted)
    return await notices_of(bench, plan_id)


async def notices_of(bench: DecisionBench, plan_id: str) -> InstalmentPlan:
    plan = await bench.queries.plan(plan_id)
    assert plan is not None
    return plan


async def a_plan_issues_its_notices_and_knows_which_are_paid(bench: DecisionBench) -> None:
    await in_debt(bench)
    plan = await plan_of_two(bench, with_whole=True)
    assert await plan_of_two(bench) == plan
    assert [notice.amount_cents for notice in plan.notices] == [3_000, 2_000, 1_000]
    bench.clock.advance(timedelta(days=16))
    await pay(bench, plan.instalments[0], "rt-1")
    bench.clock.advance(timedelta(days=20))
    assert await reminded(bench) == Reminded(suspended=Suspension.ON_PLAN)
    bench.clock.advance(timedelta(days=5))
    assert (await reminded(bench)).is_reminded
    assert (await bench.audited()).count("grant-plan") == 1


async def a_plan_paid_all_at_once_says_nothing_of_the_next_debt(bench: DecisionBench) -> None:
    await in_debt(bench)
    plan = await plan_of_two(bench, with_whole=True)
    assert plan.whole is not None
    await pay(bench, plan.whole, "rt-1")
    assert await bench.decide(look_at_debtor, "gua_1") is None
    await bench.run(open_balance, account_id="gua_1", amount_cents=-900, reason="altri pasti")
    assert (await looked_at(bench)).suspended is None


async def a_new_plan_takes_the_place_of_the_one_before(bench: DecisionBench) -> None:
    await in_debt(bench)
    before = await plan_of_two(bench)
    await plan_of_two(bench, "pla_nuovo")
    assert (await notices_of(bench, before.plan_id)).state is PlanState.ENDED
    assert (await notices_of(bench, "pla_nuovo")).state is PlanState.OPEN
    assert (await looked_at(bench)).suspended is Suspension.ON_PLAN
    ended = [event.plan_id for event in await bench.told() if isinstance(event, InstalmentPlanEnded)]
    assert ended == [before.plan_id]
    await bench.run(cancel_plan, "pla_nuovo", reason="Non lo vuole", by=CLERK)
    assert (await looked_at(bench)).suspended is None


async def a_debt_given_up_is_not_asked_for_in_instalments(bench: DecisionBench) -> None:
    await in_debt(bench)
    await plan_of_two(bench)
    for cents, state in ((1_000, PlanState.OPEN), (2_000, PlanState.ENDED)):
        await bench.decide(
            write_off, "gua_1", write_off_id=f"wof_{cents}", amount_cents=cents, reason="Inesigibile", by=CLERK
        )
        assert (await notices_of(bench, "pla_debito")).state is state


async def own_plan(bench: DecisionBench, plan_id: str, *days_and_cents: tuple[int, int]) -> InstalmentPlan:
    """Asked for by the family itself, days counted from today."""
    today = rome_day(bench.clock.now())
    parts = [Instalment(due_date=today + timedelta(days=days), amount_cents=cents) for days, cents in days_and_cents]
    wanted = WantedPlan(plan_id=plan_id, account_id="gua_1", service="meals", instalments=parts, with_whole=False)
    await bench.run(issue_instalments, wanted, by=FAMILY)
    return await notices_of(bench, plan_id)


async def a_plan_a_family_asks_for_suspends_reminders_while_it_is_kept(bench: DecisionBench) -> None:
    await in_debt(bench)
    plan = await own_plan(bench, "pla_proprio", (20, 2_000), (50, 1_000))
    bench.clock.advance(timedelta(days=16))
    assert await reminded(bench) == Reminded(suspended=Suspension.ON_PLAN)
    await pay(bench, plan.instalments[0], "rt-1")
    bench.clock.advance(timedelta(days=5))
    assert (await looked_at(bench)).suspended is Suspension.ON_PLAN
    bench.clock.advance(timedelta(days=30))
    assert (await looked_at(bench)).suspended is None
    assert (await reminded(bench)).is_reminded


async def after_a_broken_plan_the_next_is_the_offices_to_grant(bench: DecisionBench) -> None:
    await in_debt(bench)
    await own_plan(bench, "pla_primo", (10, 3_000))
    bench.clock.advance(timedelta(days=16))
    assert (await looked_at(bench)).suspended is None
    await own_plan(bench, "pla_secondo", (10, 1_000), (40, 2_000))
    assert (await looked_at(bench)).suspended is None
    await topped_up(bench, 2_999, "rt-1")
    assert (await looked_at(bench)).suspended is None
    await topped_up(bench, 1, "rt-2")
    bench.clock.advance(timedelta(days=1))
    assert await bench.decide(look_at_debtor, "gua_1") is None


async def a_plan_of_ones_own_that_says_too_little_suspends_nothing(bench: DecisionBench) -> None:
    await in_debt(bench)
    for name, days, cents in (("pla_poco", 10, 2_999), ("pla_tardi", 32, 3_000)):
        await own_plan(bench, name, (days, cents))
        assert (await looked_at(bench)).suspended is None
    await own_plan(bench, "pla_lungo", (10, 1_500), (367, 1_500))
    assert (await looked_at(bench)).suspended is None
    await own_plan(bench, "pla_giusto", (10, 1_500), (366, 1_500))
    assert (await looked_at(bench)).suspended is Suspension.ON_PLAN


async def a_plan_from_before_the_debt_is_not_about_it(bench: DecisionBench) -> None:
    await bench.run(open_balance, account_id="gua_1", amount_cents=100, reason="prima")
    await own_plan(bench, "pla_ricarica", (20, 3_000))
    bench.clock.advance(timedelta(days=1))
    await in_debt(bench)
    assert (await looked_at(bench)).suspended is None


async def the_name_of_another_plan_is_refused(bench: DecisionBench) -> None:
    await in_debt(bench)
    await plan_of_two(bench)
    part = Instalment(due_date=DEBT_DAY, amount_cents=1)
    own = WantedPlan(plan_id="pla_proprio", account_id="gua_1", service="meals", instalments=[part], with_whole=False)
    await bench.run(issue_instalments, own, by=FAMILY)
    for account, plan_id in (("gua_2", "pla_debito"), ("gua_1", "pla_proprio")):
        with pytest.raises(PlanConflictError):
            await bench.decide(grant_plan, account, instalments=[part], reason="x", by=CLERK, plan_id=plan_id)


async def an_exemption_holds_up_to_its_day(bench: DecisionBench) -> None:
    await in_debt(bench)
    until = DEBT_DAY + timedelta(days=20)
    decided = await bench.decide(exempt_debtor, "gua_1", until=until, reason="Servizi sociali", by=CLERK)
    assert decided.decided_by == "stf_1"
    assert DebtExempted(account_id="gua_1", exemption_id=decided.arrangement_id, until=until) in await bench.told()
    bench.clock.advance(timedelta(days=20))
    assert await reminded(bench) == Reminded(suspended=Suspension.EXEMPT)
    bench.clock.advance(timedelta(days=1))
    assert (await reminded(bench)).is_reminded
    assert await bench.audited() == ["grant-exemption", "issue-reminder"]


async def a_debt_is_given_up_once_and_never_into_credit(bench: DecisionBench) -> None:
    await in_debt(bench)
    more = {"reason": "Inesigibile", "by": CLERK}
    with pytest.raises(WriteOffTooHighError):
        await bench.decide(write_off, "gua_1", write_off_id="wof_1", amount_cents=3_001, **more)
    for _ in range(2):
        await bench.decide(write_off, "gua_1", write_off_id="wof_1", amount_cents=2_000, **more)
    assert (await balance(bench), await balance(bench, WRITE_OFFS)) == (-1_000, -2_000)
    with pytest.raises(TransferConflictError):
        await bench.decide(write_off, "gua_1", write_off_id="wof_1", amount_cents=1_000, **more)
    await bench.decide(write_off, "gua_1", write_off_id="wof_2", amount_cents=1_000, **more)
    assert (await kinds(bench))[-2:] == ["DebtSettled", "DebtWrittenOff"]
    with pytest.raises(NotInDebtError):
        await bench.decide(write_off, "gua_1", write_off_id="wof_3", amount_cents=1, **more)
    await proved(bench)


async def a_plan_covers_the_debt_in_days_to_come(bench: DecisionBench) -> None:
    await in_debt(bench)
    today, later = Instalment(due_date=DEBT_DAY, amount_cents=1_500), DEBT_DAY + timedelta(days=1)
    for wrong in (
        [today],
        [today, today],
        [today, Instalment(due_date=DEBT_DAY - timedelta(days=1), amount_cents=1_500)],
        [today, Instalment(due_date=later, amount_cents=1_501)],
    ):
        with pytest.raises(PlanNotValidError):
            await bench.decide(grant_plan, "gua_1", instalments=wrong, reason="Difficoltà", by=CLERK)
    with pytest.raises(NotInDebtError):
        await bench.decide(grant_plan, "gua_2", instalments=[today], reason="Difficoltà", by=CLERK)


DUNNING_SCENARIOS = (
    steps_follow_each_other_after_their_delay_and_never_twice,
    a_small_debt_waits_and_a_new_debt_begins_again,
    nobody_is_blamed_while_nobody_can_pay,
    nobody_reminds_the_dead,
    the_network_is_told_when_it_changes,
    a_payment_begun_counts_for_a_while,
    a_plan_suspends_reminders_while_it_is_kept,
    a_plan_a_family_asks_for_suspends_reminders_while_it_is_kept,
    after_a_broken_plan_the_next_is_the_offices_to_grant,
    a_plan_of_ones_own_that_says_too_little_suspends_nothing,
    a_plan_from_before_the_debt_is_not_about_it,
    a_plan_issues_its_notices_and_knows_which_are_paid,
    a_plan_paid_all_at_once_says_nothing_of_the_next_debt,
    a_new_plan_takes_the_place_of_the_one_before,
    a_debt_given_up_is_not_asked_for_in_instalments,
    the_name_of_another_plan_is_refused,
    an_exemption_holds_up_to_its_day,
    a_debt_is_given_up_once_and_never_into_credit,
    a_plan_covers_the_debt_in_days_to_come,
)
