"""Tariffs as municipalities published them: they load as they are, and price what they say."""

from datetime import date

import pytest

from ledger.domain.rating import Facts, rate
from ledger.domain.tariff_lint import is_sound, lint
from ledger.domain.tariff_rules import TariffRule, flat_rule, full_price
from ledger.domain.tariffs import TariffVersion
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.simulate_tariff import simulate_tariff
from tests.support.ledger_memory import MemoryLedger
from tests.support.ledger_rating_scenarios import assigned, enrolled
from tests.support.ledger_scenarios import Bench, meal
from tests.support.published_tariffs import casalmaggiore, cologno, monte_cremasco, published, roma


def test_monte_cremasco_had_one_price_and_then_another() -> None:
    before, after = monte_cremasco()
    assert (rate(before, Facts()).cents, rate(after, Facts()).cents) == (452, 510)


@pytest.mark.parametrize(
    ("isee", "price"),
    [(0, 165), (450_000, 165), (450_001, 291), (1_000_000, 291), (1_000_001, 499), (2_500_001, 624), (None, 624)],
)
def test_cologno_has_a_price_for_every_cent_of_isee(isee: int | None, price: int) -> None:
    assert rate(cologno(), Facts(isee_cents=isee)).cents == price


def test_in_cologno_the_second_child_pays_half_and_half_a_cent_goes_up() -> None:
    assert rate(cologno(), Facts(isee_cents=0, rank=2, siblings=2)).cents == 83


def test_in_cologno_non_residents_pay_the_most_for_every_child() -> None:
    assert rate(cologno(), Facts(isee_cents=0, rank=3, siblings=3, is_resident=False)).cents == 624


@pytest.mark.parametrize(("level", "price"), [("infanzia", 420), ("primaria", 460), ("secondaria1", 500)])
def test_casalmaggiore_asks_by_school_level(level: str, price: int) -> None:
    assert rate(casalmaggiore(), Facts(school_level=level)).cents == price


@pytest.mark.parametrize(
    ("isee", "price"),
    [(516_500, 0), (516_501, 3750), (2_508_250, 7675), (4_500_000, 11_600), (4_500_001, 11_800), (None, 11_800)],
)
def test_roma_rises_with_isee_per_month(isee: int | None, price: int) -> None:
    assert rate(roma(), Facts(isee_cents=isee)).cents == price


@pytest.mark.parametrize("rule", published().values(), ids=published())
def test_the_linter_accepts_what_was_published(rule: TariffRule) -> None:
    assert is_sound(lint(rule))


def version(rule: TariffRule, name: str) -> TariffVersion:
    return TariffVersion(
        code="meals-standard",
        version=name,
        service="meals",
        valid_from=date(2025, 9, 1),
        price_cents=full_price(rule),
        resolution="Delibera",
        rule=rule,
    )


@pytest.mark.parametrize(
    ("name", "cents"),
    [
        ("monte-cremasco-2024", 2 * 452),
        ("monte-cremasco-2025", 2 * 510),
        ("cologno", 2 * 624),
        ("casalmaggiore", 2 * 460),
        ("roma", 2 * 11_800),  # September and October: no ISEE was given
    ],
)
async def test_what_was_published_is_simulated_on_two_meals_of_october(name: str, cents: int) -> None:
    ledger: Bench = MemoryLedger()
    await ledger.run(publish_tariff, version(flat_rule(500), "now"))
    await assigned(ledger)
    await enrolled(ledger, "pup_1")
    await ledger.run(charge_meals, [meal(1), meal(2)])
    draft = version(published()[name], "draft")
    seen = await ledger.run(simulate_tariff, draft, school_year="2025/26", today=date(2025, 10, 6))
    assert (seen.before_cents, seen.after_cents, seen.unpriced) == (1_000, cents, 0)
