"""Tariffs as municipalities published them, in data/published_tariffs.csv with the page each was read on."""

import csv
from pathlib import Path

import pytest

from ledger.domain.rating import Facts, rate
from ledger.domain.tariff_lint import is_sound, lint
from ledger.domain.tariff_rules import (
    Bracketed,
    Cell,
    Flat,
    Linear,
    NonResidents,
    RankPrice,
    Siblings,
    TariffRule,
    brackets_as_printed,
    flat_rule,
)

PUBLISHED = Path(__file__).parent / "data" / "published_tariffs.csv"


def cents(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole) * 100 + int(fraction.ljust(2, "0") or 0)


def rows_of(town: str) -> list[dict[str, str]]:
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["comune"].startswith(town)]


def bracketed(rows: list[dict[str, str]]) -> Bracketed:
    return Bracketed(
        brackets=brackets_as_printed(
            (cents(row["isee_from"]), cents(row["isee_to"]) if row["isee_to"] else None, cents(row["price_eur"]))
            for row in rows
        )
    )


def cologno() -> TariffRule:
    return TariffRule(
        cells=(Cell(scale=bracketed(rows_of("Cologno"))),),
        non_residents=NonResidents(),
        siblings=Siblings(ranks=(RankPrice(from_rank=2, percent_off=50),)),
    )


def casalmaggiore() -> TariffRule:
    return TariffRule(
        cells=tuple(
            Cell(levels=(row["segment"],), scale=Flat(price_cents=cents(row["price_eur"])))
            for row in rows_of("Casalmaggiore")
        )
    )


def roma() -> TariffRule:
    below, line, above = rows_of("Roma")
    low, high = line["price_eur"].split("..")
    scale = Linear(
        low_isee_cents=cents(line["isee_from"]),
        low_price_cents=cents(low),
        high_isee_cents=cents(line["isee_to"]),
        high_price_cents=cents(high),
        below_cents=cents(below["price_eur"]),
        above_cents=cents(above["price_eur"]),
    )
    return TariffRule(cells=(Cell(scale=scale),), unit="month")


def test_monte_cremasco_had_one_price_and_then_another() -> None:
    before, after = (flat_rule(cents(row["price_eur"])) for row in rows_of("Monte Cremasco"))
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


@pytest.mark.parametrize("rule", [cologno(), casalmaggiore(), roma()], ids=["cologno", "casalmaggiore", "roma"])
def test_the_linter_accepts_what_was_published(rule: TariffRule) -> None:
    assert is_sound(lint(rule))
