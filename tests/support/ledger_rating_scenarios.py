"""What every store of the ledger must make true about prices that depend on the family, and that change afterwards."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain.certified import certified
from ledger.domain.charging import MealTaken
from ledger.domain.errors import (
    DeclarationConflictError,
    DeclarationNotValidError,
    PreviewStaleError,
    TariffNotSoundError,
    TransferConflictError,
)
from ledger.domain.families import Declaration, Enrolled
from ledger.domain.rating import FULL
from ledger.domain.repricing import Preview, Repriced
from ledger.domain.rerating import Difference
from ledger.domain.subscriptions import Period
from ledger.domain.tariff_rules import (
    Bracketed,
    Cell,
    Exemption,
    Flat,
    Portion,
    RankPrice,
    Scale,
    Siblings,
    TariffRule,
    brackets_as_printed,
    full_price,
)
from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.domain.transfers import AdjustmentCause, ChargeCause, SubscriptionCause
from ledger.domain.wording import described
from ledger.usecases.assign_tariff import assign_tariff
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.charge_subscriptions import charge_subscriptions, due_in
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.declare_income import declare_income
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.know_enrolment import end_enrolment, know_enrolment
from ledger.usecases.ports import StatementSpan
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.rerate import (
    Span,
    keep_preview,
    keep_preview_lines,
    post_differences,
    preview_of,
    reprice_span,
)
from refettorio_chassis.clock import rome_day
from tests.support.ledger_scenarios import OCTOBER, Bench, balance, meal, priced, proved, receipt, taken_back

SEPTEMBER, JUNE = date(2025, 9, 1), date(2026, 6, 30)
FILED = date(2025, 10, 1)
ISEE = Bracketed(brackets=brackets_as_printed([(0, 450_000, 165), (450_001, 1_000_000, 291), (1_000_001, None, 624)]))
HALF_FROM_SECOND = Siblings(ranks=(RankPrice(from_rank=2, percent_off=50),))
EXEMPT = (Exemption(code="social-services"),)


def tariff(scale: Scale, *, version: str = "2025-26", valid_from: date = SEPTEMBER, **more: Any) -> TariffVersion:
    rule = TariffRule(cells=(Cell(scale=scale),), exemptions=EXEMPT, **more)
    return TariffVersion(
        code="meals-standard",
        version=version,
        service="meals",
        valid_from=valid_from,
        price_cents=full_price(rule),
        resolution="Delibera di Giunta",
        rule=rule,
    )


def declaration(
    isee_cents: int | None,
    *,
    number: str = "dsu-1",
    filed_on: date = FILED,
    **more: Any,
) -> Declaration:
    return Declaration(
        declaration_id=number,
        account_id="gua_1",
        isee_cents=isee_cents,
        minors=2,
        valid_from=SEPTEMBER,
        valid_to=JUNE,
        filed_on=filed_on,
        **more,
    )


async def assigned(
    bench: Bench,
    pupil: str = "pup_1",
    rank: int = 1,
    *,
    service: str = "meals",
    code: str = "meals-standard",
    account: str = "gua_1",
) -> None:
    await bench.run(
        assign_tariff,
        TariffAssignment(
            pupil_id=pupil,
            account_id=account,
            service=service,
            tariff_code=code,
            valid_from=SEPTEMBER,
            sibling_rank=rank,
        ),
    )


async def enrolled(
    bench: Bench,
    pupil: str,
    *,
    service: str = "meals",
    valid_from: date = SEPTEMBER,
    valid_to: date = JUNE,
    account: str = "gua_1",
    kind: str = FULL,
) -> None:
    await bench.run(
        know_enrolment,
        Enrolled(
            enrolment_id=f"enr-{service}-{pupil}",
            pupil_id=pupil,
            account_id=account,
            service=service,
            school_id="primaria",
            school_level="primaria",
            valid_from=valid_from,
            valid_to=valid_to,
            kind=kind,
        ),
    )


async def looked(
    bench: Bench, code: str | None = None, *, first: date = SEPTEMBER, account: str | None = None
) -> tuple[Repriced, Preview]:
    span = Span(first=first, last=JUNE, code=code, account_id=account)
    repriced = await bench.run(reprice_span, span, today=rome_day(bench.clock.now()))
    preview = preview_of(repriced, span, now=bench.clock.now())
    await bench.run(keep_preview_lines, preview.preview_id, 0, repriced.differences)
    return repriced, await bench.run(keep_preview, preview)


async def posted(bench: Bench, lines: tuple[Difference, ...]) -> int:
    done: int = await bench.run(post_differences, lines, reason="Ricalcolo")
    return done


async def causes(bench: Bench) -> list[Any]:
    """Newest first."""
    return [each.transfer.cause for each in await bench.queries.statement("gua_1", StatementSpan())]


async def a_meal_costs_what_the_bracket_says_and_tells_why(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(ISEE, siblings=HALF_FROM_SECOND))
    await assigned(bench)
    await enrolled(bench, "pup_1")
    await bench.run(declare_income, declaration(700_000), by="stf_1")
    await bench.run(charge_meals, [meal(1)])
    assert await balance(bench) == -291
    [cause] = await causes(bench)
    assert isinstance(cause, ChargeCause)
    assert cause.basis is not None
    assert (cause.basis.bracket_from_cents, cause.basis.bracket_to_cents) == (450_001, 1_000_001)
    assert (cause.basis.declaration_id, cause.basis.rank, cause.basis.school_level) == ("dsu-1", 1, "primaria")
    await proved(bench)


async def a_late_isee_moves_only_the_differences_and_once(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await bench.run(charge_meals, [meal(1), meal(2, day=date(2025, 10, 7))])
    assert await balance(bench) == -2 * 624
    await bench.run(declare_income, declaration(0), by="stf_1")
    repriced, preview = await looked(bench)
    assert (preview.families, preview.lines, preview.delta_cents) == (1, 2, 2 * (165 - 624))
    assert await balance(bench) == -2 * 624
    assert await posted(bench, repriced.differences) == 2
    assert await posted(bench, repriced.differences) == 0
    assert await balance(bench) == -2 * 165
    assert (await looked(bench))[1].lines == 0
    [last, *_] = await causes(bench)
    assert isinstance(last, AdjustmentCause)
    assert (last.before_cents, last.after_cents, last.day) == (624, 165, date(2025, 10, 7))
    await proved(bench)


async def a_price_raised_after_school_began_is_charged_from_its_day(bench: Bench) -> None:
    await priced(bench, 452)
    await bench.run(charge_meals, [meal(1, day=date(2025, 10, 3)), meal(2)])
    raised = replace(
        tariff(Flat(price_cents=510)), version="from-october", valid_from=date(2025, 10, 4), rule=None, price_cents=510
    )
    await bench.run(publish_tariff, raised)
    repriced, preview = await looked(bench, code="meals-standard")
    assert (preview.meals, preview.lines, preview.delta_cents) == (2, 1, 58)
    await posted(bench, repriced.differences)
    assert await balance(bench) == -452 - 510
    await proved(bench)


async def the_second_child_pays_half_until_the_first_leaves(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(Flat(price_cents=500), siblings=HALF_FROM_SECOND))
    for rank, pupil in enumerate(("pup_elder", "pup_younger"), start=1):
        await assigned(bench, pupil, rank)
        await enrolled(bench, pupil)
    eaten = date(2025, 10, 6)
    await bench.run(charge_meals, [meal(1, pupil="pup_elder"), meal(1, pupil="pup_younger")])
    await bench.run(charge_meals, [meal(1, pupil="pup_younger", day=date(2025, 10, 7))])
    assert await balance(bench) == -500 - 250 - 250
    await bench.run(end_enrolment, "enr-meals-pup_elder", eaten)
    repriced, preview = await looked(bench)
    assert (preview.lines, preview.delta_cents) == (1, 250)
    await posted(bench, repriced.differences)
    assert await balance(bench) == -500 - 250 - 500
    await proved(bench)


async def among_present_the_day_is_settled_when_it_is_rated_again(bench: Bench) -> None:
    siblings = replace(HALF_FROM_SECOND, counted="present")
    await bench.run(publish_tariff, tariff(Flat(price_cents=500), siblings=siblings))
    for rank, pupil in enumerate(("pup_a", "pup_b", "pup_c"), start=1):
        await assigned(bench, pupil, rank)
    await bench.run(charge_meals, [meal(1, pupil="pup_b"), meal(1, pupil="pup_c")])
    assert await balance(bench) == -500
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    assert await balance(bench) == -500 - 250
    await proved(bench)


async def a_meal_that_costs_nothing_can_cost_later_and_be_taken_back(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(Flat(price_cents=500)))
    await assigned(bench)
    await bench.run(declare_income, declaration(None, exemption="social-services"), by="stf_1")
    assert (await bench.run(charge_meals, [meal(1), meal(1)])).posted == 1
    assert (await balance(bench), await causes(bench)) == (0, [])
    await bench.run(declare_income, declaration(None, number="dsu-2", filed_on=date(2025, 10, 2)), by="stf_1")
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    assert await balance(bench) == -500
    assert (await bench.run(charge_meals, [taken_back(meal(1)), taken_back(meal(1))])).posted == 1
    assert await balance(bench) == 0
    assert await posted(bench, repriced.differences) == 0
    await proved(bench)


async def an_adjusted_meal_taken_back_costs_nothing(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await bench.run(charge_meals, [meal(1)])
    await bench.run(declare_income, declaration(0), by="stf_1")
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    for _ in range(2):
        await bench.run(charge_meals, [taken_back(meal(1))])
    assert await balance(bench) == 0
    assert (await looked(bench))[1].meals == 0
    await proved(bench)


async def a_meal_taken_back_after_the_preview_is_left_alone(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await bench.run(declare_income, declaration(None, exemption="social-services"), by="stf_1")
    await bench.run(charge_meals, [meal(1)])
    await bench.run(declare_income, declaration(0, number="dsu-2", filed_on=date(2025, 10, 2)), by="stf_1")
    await bench.run(charge_meals, [meal(2)])
    await bench.run(declare_income, declaration(700_000, number="dsu-3", filed_on=date(2025, 10, 3)), by="stf_1")
    repriced, preview = await looked(bench)
    assert (preview.lines, preview.before_cents, preview.after_cents) == (2, 165, 2 * 291)
    await bench.run(charge_meals, [taken_back(meal(1)), taken_back(meal(2))])
    assert await posted(bench, repriced.differences) == 0
    assert await balance(bench) == 0
    await proved(bench)


async def a_preview_that_is_no_longer_true_posts_nothing(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await bench.run(charge_meals, [meal(1)])
    await bench.run(declare_income, declaration(0), by="stf_1")
    old, _ = await looked(bench)
    await bench.run(declare_income, declaration(700_000, number="dsu-2", filed_on=date(2025, 10, 3)), by="stf_1")
    new, _ = await looked(bench)
    await posted(bench, new.differences)
    with pytest.raises(PreviewStaleError):
        await posted(bench, old.differences)
    assert await balance(bench) == -291
    await proved(bench)


async def the_bus_is_paid_by_the_year_once_and_the_third_child_rides_free(bench: Bench) -> None:
    siblings = Siblings(
        ranks=(RankPrice(from_rank=2, percent_off=20), RankPrice(from_rank=3, scale=Flat(price_cents=0)))
    )
    bus = replace(tariff(Flat(price_cents=24_000), siblings=siblings, unit="year"), code="bus", service="transport")
    await bench.run(publish_tariff, bus)
    for rank, pupil in enumerate(("pup_a", "pup_b", "pup_c"), start=1):
        await assigned(bench, pupil, rank, service="transport", code="bus")
        await enrolled(bench, pupil, service="transport")
    year = Period.school_year("2025/26")
    owed = await bench.run(due_in, year)
    assert [due.quote.cents for due in owed] == [24_000, 19_200, 0]
    assert await bench.run(due_in, Period.month(2025, 10)) == ()
    assert [await bench.run(charge_subscriptions, owed) for _ in range(2)] == [2, 0]
    assert await balance(bench) == -43_200
    newest, _ = await causes(bench)
    assert isinstance(newest, SubscriptionCause)
    assert (newest.period, newest.basis.rank if newest.basis else None) == ("2025/26", 2)
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=43_200, service="transport")
    await bench.run(keep_receipt, receipt(notice.number, 43_200))
    await bench.run(credit_receipt, "rt-1")
    movements = await bench.queries.statement("gua_1", StatementSpan())
    lines = certified(movements, "gua_1", year=2025, pupils={})
    assert [(line.pupil_id, line.amount_cents) for line in lines] == [("pup_a", 24_000), ("pup_b", 19_200)]
    await proved(bench)


async def a_month_of_meals_is_paid_whole_and_its_meals_cost_nothing(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(Flat(price_cents=6_000), unit="month"))
    await assigned(bench)
    await enrolled(bench, "pup_1", valid_to=date(2025, 11, 3))
    await bench.run(charge_meals, [meal(1)])
    assert await balance(bench) == 0
    for month in (10, 11, 12):
        await bench.run(charge_subscriptions, await bench.run(due_in, Period.month(2025, month)))
    assert await balance(bench) == -12_000
    await proved(bench)


async def what_is_not_sound_or_not_the_same_is_refused(bench: Bench) -> None:
    hole = Bracketed(brackets=brackets_as_printed([(0, 1_000_000, 300), (1_000_100, None, 400)]))
    with pytest.raises(TariffNotSoundError):
        await bench.run(publish_tariff, tariff(hole))
    await bench.run(declare_income, declaration(0), by="stf_1")
    await bench.run(declare_income, declaration(0), by="stf_1")
    with pytest.raises(DeclarationConflictError):
        await bench.run(declare_income, declaration(1), by="stf_1")
    await bench.run(publish_tariff, tariff(Flat(price_cents=500), siblings=HALF_FROM_SECOND))
    await assigned(bench)
    await bench.run(
        declare_income, declaration(0, number="dsu-2", filed_on=OCTOBER, exemption="social-services"), by="s"
    )
    free: MealTaken = meal(1)
    await bench.run(charge_meals, [free])
    with pytest.raises(TransferConflictError):
        await bench.run(charge_meals, [replace(free, day=date(2025, 10, 9))])


async def light_half_and_staff_meals_cost_what_their_portion_says(bench: Bench) -> None:
    portions = (
        Portion(kind="light", percent=100),
        Portion(kind="half", percent=50),
        Portion(kind="staff", price_cents=650),
    )
    await bench.run(publish_tariff, tariff(Flat(price_cents=500), portions=portions))
    await assigned(bench)
    kinds = ("full", "light", "half", "staff")
    await bench.run(charge_meals, [replace(meal(n), meal_kind=kind) for n, kind in enumerate(kinds)])
    charged = [(each.meal_kind, each.basis.reduction if each.basis else None) for each in reversed(await causes(bench))]
    assert charged == [("full", None), ("light", "light"), ("half", "half"), ("staff", "staff")]
    told = [described(each, "gua_1") for each in reversed(await bench.queries.statement("gua_1", StatementSpan()))]
    assert [words.partition(" del 0")[0] for words in told] == [
        *("Pasto", "Pasto leggero", "Mezza porzione", "Pasto del personale"),
    ]
    assert await balance(bench) == -500 - 500 - 250 - 650
    raised = tariff(Flat(price_cents=600), portions=portions, version="b", valid_from=date(2025, 10, 1))
    await bench.run(publish_tariff, raised)
    repriced, preview = await looked(bench)
    assert (preview.lines, preview.delta_cents) == (3, 100 + 100 + 50)
    await posted(bench, repriced.differences)
    await proved(bench)


async def a_meal_of_another_kind_is_given_back_and_charged_at_its_own_price_once(bench: Bench) -> None:
    portions = (Portion(kind="half", percent=50), Portion(kind="light", price_cents=0))
    await bench.run(publish_tariff, tariff(Flat(price_cents=500), portions=portions))
    await assigned(bench)
    for _ in range(2):
        await bench.run(charge_meals, [meal(1)])
        await bench.run(charge_meals, [taken_back(meal(1)), replace(meal(2), meal_kind="half")])
        assert await balance(bench) == -250
    for _ in range(2):
        await bench.run(charge_meals, [taken_back(meal(2)), replace(meal(3), meal_kind="light")])
        assert await balance(bench) == 0
    await bench.run(charge_meals, [taken_back(meal(3)), meal(4)])
    assert await balance(bench) == -500
    await proved(bench)


async def twins_keep_the_same_order_however_they_are_told(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(Flat(price_cents=500), siblings=HALF_FROM_SECOND))
    for pupil in ("pup_twin_b", "pup_twin_a"):
        await assigned(bench, pupil, 1)
        await enrolled(bench, pupil)
    await bench.run(charge_meals, [meal(1, pupil="pup_twin_b"), meal(1, pupil="pup_twin_a")])
    paid = {cause.pupil_id: cause.basis.rank for cause in await causes(bench)}
    assert paid == {"pup_twin_a": 1, "pup_twin_b": 2}
    assert await balance(bench) == -500 - 250
    assert (await looked(bench))[1].lines == 0


async def of_two_declarations_filed_on_one_day_the_one_registered_last_counts(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await bench.run(declare_income, declaration(0, number="z-mistyped"), by="stf_1")
    bench.clock.advance(timedelta(minutes=5))
    await bench.run(declare_income, declaration(700_000, number="a-right"), by="stf_1")
    await bench.run(charge_meals, [meal(1)])
    assert await balance(bench) == -291


async def a_declaration_is_looked_at_before_anybody_registers_it(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await bench.run(charge_meals, [meal(1), meal(1, account="gua_1", day=date(2025, 10, 3))])
    span = Span(first=SEPTEMBER, last=JUNE, account_id="gua_1")
    declared = replace(declaration(0), registered_at=bench.clock.now())
    seen = await bench.run(reprice_span, span, today=rome_day(bench.clock.now()), declared=declared)
    assert (seen.meals, len(seen.differences), seen.after_cents - seen.before_cents) == (2, 2, 2 * (165 - 624))
    assert (await looked(bench))[1].lines == 0
    await bench.run(declare_income, declaration(0), by="stf_1")
    assert (await looked(bench))[0].differences == seen.differences


async def a_declaration_that_cannot_be_is_refused_and_names_the_field(bench: Bench) -> None:
    for wrong, field in (
        (replace(declaration(0), valid_to=date(2025, 8, 31)), "valid_to"),
        (declaration(0, filed_on=date(2025, 10, 7)), "filed_on"),
        (declaration(0, exempt_pupil_id="pup_1"), "exemption"),
    ):
        with pytest.raises(DeclarationNotValidError) as refused:
            await bench.run(declare_income, wrong, by="stf_1")
        assert refused.value.values["errors"] == [{"field": field, "message": refused.value.message}]


Scenario = Callable[[Bench], Awaitable[None]]
RATING_SCENARIOS: tuple[Scenario, ...] = (
    a_meal_costs_what_the_bracket_says_and_tells_why,
    a_late_isee_moves_only_the_differences_and_once,
    a_price_raised_after_school_began_is_charged_from_its_day,
    the_second_child_pays_half_until_the_first_leaves,
    among_present_the_day_is_settled_when_it_is_rated_again,
    a_meal_that_costs_nothing_can_cost_later_and_be_taken_back,
    an_adjusted_meal_taken_back_costs_nothing,
    a_meal_taken_back_after_the_preview_is_left_alone,
    a_preview_that_is_no_longer_true_posts_nothing,
    the_bus_is_paid_by_the_year_once_and_the_third_child_rides_free,
    a_month_of_meals_is_paid_whole_and_its_meals_cost_nothing,
    what_is_not_sound_or_not_the_same_is_refused,
    light_half_and_staff_meals_cost_what_their_portion_says,
    a_meal_of_another_kind_is_given_back_and_charged_at_its_own_price_once,
    twins_keep_the_same_order_however_they_are_told,
    of_two_declarations_filed_on_one_day_the_one_registered_last_counts,
    a_declaration_is_looked_at_before_anybody_registers_it,
    a_declaration_that_cannot_be_is_refused_and_names_the_field,
)
