"""What every store of the ledger must make true about months and years that change after they were charged."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.domain.certified import certified
from ledger.domain.errors import PreviewStaleError
from ledger.domain.repricing import Repriced
from ledger.domain.subscriptions import Period
from ledger.domain.tariff_rules import Bracketed, Flat, Portion, RankPrice, Scale, Siblings, Unit, brackets_as_printed
from ledger.domain.tariffs import TariffVersion
from ledger.domain.transfers import SubscriptionAdjustmentCause
from ledger.domain.wording import described
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.charge_subscriptions import charge_subscriptions, due_in
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.declare_income import declare_income
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.know_enrolment import end_enrolment
from ledger.usecases.ports import StatementSpan
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.simulate_tariff import simulate_tariff
from refettorio_contracts.ledger import BalanceMoved
from tests.support.ledger_rating_scenarios import (
    HALF_FROM_SECOND,
    assigned,
    declaration,
    enrolled,
    looked,
    posted,
    tariff,
)
from tests.support.ledger_scenarios import Bench, balance, meal, proved, receipt

BY_ISEE = Bracketed(brackets=brackets_as_printed([(0, 1_000_000, 2_000), (1_000_001, None, 6_000)]))
THIRD_FREE = Siblings(ranks=(RankPrice(from_rank=2, percent_off=20), RankPrice(from_rank=3, scale=Flat(price_cents=0))))
YEAR = Period.school_year("2025/26")
OCTOBER, NOVEMBER = Period.month(2025, 10), Period.month(2025, 11)
BEFORE_SCHOOL = date(2025, 8, 31)


def bus(scale: Scale, *, unit: Unit = "month", **more: Any) -> TariffVersion:
    return replace(tariff(scale, unit=unit, **more), code="bus", service="transport")


async def ridden(bench: Bench, *pupils: str, account: str = "gua_1") -> None:
    """Pupils who take the bus, the eldest first."""
    for rank, pupil in enumerate(pupils, start=1):
        await assigned(bench, pupil, rank, service="transport", code="bus", account=account)
        await enrolled(bench, pupil, service="transport", account=account)


async def charged(bench: Bench, *periods: Period) -> int:
    """How many were new."""
    return sum([await bench.run(charge_subscriptions, await bench.run(due_in, each)) for each in periods])


async def rated_again(bench: Bench, **how: Any) -> Repriced:
    """Look, and post what was seen."""
    repriced, _ = await looked(bench, **how)
    await posted(bench, repriced.differences)
    return repriced


async def costs(bench: Bench) -> Mapping[tuple[str, str], int]:
    """What each pupil's periods cost by now, as the family's statement adds up."""
    sums: dict[tuple[str, str], int] = {}
    for each in await bench.queries.statement("gua_1", StatementSpan()):
        cause: Any = each.transfer.cause
        name = (cause.pupil_id, cause.period)
        sums[name] = sums.get(name, 0) - each.signed_cents("gua_1")
    return sums


async def a_late_isee_moves_only_the_difference_of_each_month_and_once(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(BY_ISEE))
    await ridden(bench, "pup_1")
    assert await charged(bench, OCTOBER, NOVEMBER) == 2
    await bench.run(declare_income, declaration(500_000), by="stf_1")
    repriced, preview = await looked(bench)
    assert (preview.families, preview.subscriptions, preview.lines) == (1, 2, 2)
    assert (preview.meals, preview.delta_cents) == (0, -8_000)
    assert await balance(bench) == -12_000
    assert [await posted(bench, repriced.differences) for _ in range(2)] == [2, 0]
    assert await balance(bench) == -4_000
    assert (await looked(bench))[1].lines == 0
    assert await charged(bench, OCTOBER, NOVEMBER) == 0
    newest = (await bench.queries.statement("gua_1", StatementSpan()))[0]
    cause = newest.transfer.cause
    assert isinstance(cause, SubscriptionAdjustmentCause)
    assert (cause.period, cause.number, cause.before_cents, cause.after_cents) == ("2025-11", 1, 6_000, 2_000)
    assert cause.basis is not None
    assert (cause.basis.declaration_id, cause.basis.bracket_to_cents) == ("dsu-1", 1_000_001)
    assert described(newest, "gua_1") == "Trasporto scolastico: conguaglio della quota di novembre 2025"
    await proved(bench)


async def an_adjustment_of_a_month_starts_where_the_one_before_ended(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(BY_ISEE))
    await ridden(bench, "pup_1")
    await charged(bench, OCTOBER)
    await bench.run(declare_income, declaration(500_000), by="stf_1")
    old, _ = await looked(bench)
    await posted(bench, old.differences)
    await bench.run(declare_income, declaration(None, number="dsu-2", filed_on=date(2025, 10, 3)), by="stf_1")
    [again] = (await rated_again(bench)).differences
    assert (again.number, again.priced.net_cents, again.after_cents) == (2, 2_000, 6_000)
    changed = replace(old.differences[0], after_cents=1_000)
    with pytest.raises(PreviewStaleError):
        await posted(bench, (changed,))
    assert await balance(bench) == -6_000
    await proved(bench)


async def a_price_raised_in_november_leaves_october_alone(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000)))
    await ridden(bench, "pup_1")
    await charged(bench, OCTOBER, NOVEMBER)
    raised = bus(Flat(price_cents=2_500), version="from-november", valid_from=NOVEMBER.first)
    await bench.run(publish_tariff, raised)
    await rated_again(bench, code="bus")
    assert await costs(bench) == {("pup_1", "2025-10"): 2_000, ("pup_1", "2025-11"): 2_500}
    await proved(bench)


async def who_rides_one_way_pays_that_part_and_a_sibling_by_their_own_list(bench: Bench) -> None:
    portions = (Portion(kind="one-way", percent=60),)
    siblings = Siblings(ranks=(RankPrice(from_rank=2, scale=Flat(price_cents=1_510)),))
    await bench.run(publish_tariff, bus(Flat(price_cents=2_089), portions=portions, siblings=siblings))
    for rank, (pupil, kind) in enumerate((("pup_a", "one-way"), ("pup_b", "full"), ("pup_c", "one-way")), start=1):
        await assigned(bench, pupil, rank, service="transport", code="bus")
        await enrolled(bench, pupil, service="transport", kind=kind)
    await charged(bench, OCTOBER)
    month = "2025-10"
    assert await costs(bench) == {("pup_a", month): 1_253, ("pup_b", month): 1_510, ("pup_c", month): 906}
    await enrolled(bench, "pup_c", service="transport")
    await rated_again(bench)
    assert (await costs(bench))["pup_c", month] == 1_510
    await proved(bench)


async def a_sibling_who_leaves_pays_no_further_month_and_takes_the_reduction_along(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000), siblings=HALF_FROM_SECOND))
    await ridden(bench, "pup_elder", "pup_younger")
    await charged(bench, OCTOBER, NOVEMBER)
    assert await balance(bench) == -6_000
    await bench.run(end_enrolment, "enr-transport-pup_elder", date(2025, 10, 20))
    repriced = await rated_again(bench)
    assert repriced.subscriptions == 4
    assert await costs(bench) == {
        ("pup_elder", "2025-10"): 2_000,
        ("pup_younger", "2025-10"): 1_000,
        ("pup_elder", "2025-11"): 0,
        ("pup_younger", "2025-11"): 2_000,
    }
    assert (await looked(bench))[1].lines == 0
    await proved(bench)


async def who_rode_free_pays_when_they_are_third_no_more(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=24_000), unit="year", siblings=THIRD_FREE))
    await ridden(bench, "pup_a", "pup_b", "pup_c")
    assert await charged(bench, YEAR) == 2
    await bench.run(end_enrolment, "enr-transport-pup_a", BEFORE_SCHOOL)
    assert await charged(bench, YEAR) == 0
    await rated_again(bench)
    year = "2025/26"
    assert await costs(bench) == {("pup_a", year): 0, ("pup_b", year): 24_000, ("pup_c", year): 19_200}
    assert [await charged(bench, YEAR), (await looked(bench))[1].lines] == [0, 0]
    await proved(bench)


async def a_certificate_counts_an_adjusted_subscription_once(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=24_000), unit="year", siblings=THIRD_FREE))
    await ridden(bench, "pup_a", "pup_b")
    await charged(bench, YEAR)
    await bench.run(end_enrolment, "enr-transport-pup_a", BEFORE_SCHOOL)
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=24_000, service="transport")
    await bench.run(keep_receipt, receipt(notice.number, 24_000))
    await bench.run(credit_receipt, "rt-1")
    await rated_again(bench)
    lines = certified(await bench.queries.statement("gua_1", StatementSpan()), "gua_1", year=2025, pupils={})
    assert [(line.pupil_id, line.amount_cents) for line in lines] == [("pup_b", 24_000)]
    await proved(bench)


async def one_family_can_be_looked_at_alone(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000)))
    await bench.run(publish_tariff, tariff(Flat(price_cents=500)))
    for account, pupil in (("gua_1", "pup_1"), ("gua_2", "pup_2")):
        await ridden(bench, pupil, account=account)
        await assigned(bench, pupil, account=account)
    await bench.run(charge_meals, [meal(1), meal(1, account="gua_2", pupil="pup_2")])
    await charged(bench, OCTOBER)
    await bench.run(publish_tariff, bus(Flat(price_cents=1_500), version="b", valid_from=OCTOBER.first))
    await bench.run(publish_tariff, tariff(Flat(price_cents=400), version="b", valid_from=OCTOBER.first))
    repriced, preview = await looked(bench, account="gua_2")
    assert (preview.account_id, preview.meals, preview.subscriptions, preview.lines) == ("gua_2", 1, 1, 2)
    await posted(bench, repriced.differences)
    assert [await balance(bench), await balance(bench, "gua_2")] == [-2_500, -1_900]
    assert (await looked(bench))[1].lines == 2
    await proved(bench)


async def a_period_without_a_day_in_the_span_is_left_alone(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(BY_ISEE))
    await ridden(bench, "pup_1")
    await charged(bench, OCTOBER, NOVEMBER)
    await bench.run(declare_income, declaration(0), by="stf_1")
    _, preview = await looked(bench, first=date(2025, 11, 30))
    assert (preview.subscriptions, preview.delta_cents) == (1, -4_000)
    await bench.run(publish_tariff, replace(bus(Flat(price_cents=9_000), unit="year"), code="year"))
    await assigned(bench, "pup_2", service="transport", code="year")
    await enrolled(bench, "pup_2", service="transport")
    assert await charged(bench, YEAR) == 1
    assert (await looked(bench, first=date(2026, 6, 30)))[1].subscriptions == 1


async def who_was_charged_stays_the_one_who_pays(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(BY_ISEE))
    await ridden(bench, "pup_1")
    await bench.run(declare_income, declaration(0), by="stf_1")
    await charged(bench, OCTOBER)
    await enrolled(bench, "pup_1", service="transport", account="gua_2")
    assert (await looked(bench))[1].lines == 0
    await assigned(bench, "pup_1", service="transport", code="bus", account="gua_2")
    assert await charged(bench, OCTOBER) == 0
    assert await charged(bench, NOVEMBER) == 1
    assert [await balance(bench), await balance(bench, "gua_2")] == [-2_000, -6_000]
    await proved(bench)


async def who_gives_up_before_they_begin_pays_nothing(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000)))
    await assigned(bench, service="transport", code="bus")
    await enrolled(bench, "pup_1", service="transport", valid_from=date(2025, 10, 15))
    assert await charged(bench, OCTOBER) == 1
    await bench.run(end_enrolment, "enr-transport-pup_1", date(2025, 10, 10))
    await rated_again(bench)
    assert await balance(bench) == 0
    assert await bench.run(due_in, OCTOBER) == ()
    await proved(bench)


async def a_period_that_nothing_prices_any_more_stays_as_it_is(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000)))
    await ridden(bench, "pup_1")
    await charged(bench, OCTOBER)
    await assigned(bench, "pup_1", service="transport", code="nowhere")
    _, preview = await looked(bench)
    assert (preview.subscriptions, preview.unpriced, preview.lines) == (0, 1, 0)
    await bench.run(publish_tariff, replace(bus(Flat(price_cents=9), unit="year"), code="nowhere"))
    _, preview = await looked(bench)
    assert (preview.subscriptions, preview.delta_cents) == (1, -2_000)


async def a_draft_of_months_is_simulated_on_who_is_enrolled(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000)))
    await ridden(bench, "pup_1", "pup_2")
    await charged(bench, OCTOBER)
    draft = bus(Flat(price_cents=2_500), siblings=HALF_FROM_SECOND, version="draft", valid_from=date.min)
    seen = await bench.run(simulate_tariff, draft, school_year="2025/26", today=date(2025, 10, 6))
    months = 10
    assert (seen.meals, seen.subscriptions) == (0, 2 * months)
    assert (seen.before_cents, seen.after_cents) == (months * 4_000, months * (2_500 + 1_250))
    assert await balance(bench) == -4_000


async def a_draft_of_months_in_the_place_of_meals_counts_the_months_begun(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(Flat(price_cents=500)))
    await assigned(bench)
    await enrolled(bench, "pup_1")
    await bench.run(charge_meals, [meal(1), meal(2)])
    draft = tariff(Flat(price_cents=6_000), unit="month", version="draft", valid_from=date.min)
    seen = await bench.run(simulate_tariff, draft, school_year="2025/26", today=date(2025, 10, 6))
    assert (seen.meals, seen.subscriptions) == (2, 2)
    assert (seen.before_cents, seen.after_cents, len(seen.by_account)) == (1_000, 12_000, 1)


async def what_is_owed_after_a_month_or_a_new_rating_is_told_once_each(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000)))
    await ridden(bench, "pup_1", "pup_2")
    await ridden(bench, "pup_3", account="gua_2")
    for _ in range(2):
        await charged(bench, OCTOBER)
    assert await balances_told(bench) == [("gua_1", -4_000), ("gua_2", -2_000)]
    await bench.run(publish_tariff, bus(Flat(price_cents=2_500), version="b", valid_from=OCTOBER.first))
    for _ in range(2):
        await rated_again(bench)
    assert (await balances_told(bench))[2:] == [("gua_1", -5_000), ("gua_2", -2_500)]


async def balances_told(bench: Bench) -> list[tuple[str, int]]:
    """What was told of the balance alone, in order."""
    return [(each.account_id, each.balance_cents) for each in await bench.told() if isinstance(each, BalanceMoved)]


SUBSCRIPTION_SCENARIOS: tuple[Callable[[Bench], Awaitable[None]], ...] = (
    a_late_isee_moves_only_the_difference_of_each_month_and_once,
    an_adjustment_of_a_month_starts_where_the_one_before_ended,
    a_price_raised_in_november_leaves_october_alone,
    who_rides_one_way_pays_that_part_and_a_sibling_by_their_own_list,
    a_sibling_who_leaves_pays_no_further_month_and_takes_the_reduction_along,
    who_rode_free_pays_when_they_are_third_no_more,
    a_certificate_counts_an_adjusted_subscription_once,
    one_family_can_be_looked_at_alone,
    a_period_without_a_day_in_the_span_is_left_alone,
    who_was_charged_stays_the_one_who_pays,
    who_gives_up_before_they_begin_pays_nothing,
    a_period_that_nothing_prices_any_more_stays_as_it_is,
    a_draft_of_months_is_simulated_on_who_is_enrolled,
    a_draft_of_months_in_the_place_of_meals_counts_the_months_begun,
    what_is_owed_after_a_month_or_a_new_rating_is_told_once_each,
)
