"""Tariffs as municipalities published them, in tests/unit/ledger/data/published_tariffs.csv with the page of each."""

import csv
from pathlib import Path

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

PUBLISHED = Path(__file__).parents[1] / "unit" / "ledger" / "data" / "published_tariffs.csv"


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


def monte_cremasco() -> tuple[TariffRule, TariffRule]:
    """Before and after 4 October 2025."""
    before, after = (flat_rule(cents(row["price_eur"])) for row in rows_of("Monte Cremasco"))
    return before, after


def published() -> dict[str, TariffRule]:
    """Every published tariff, by a short name."""
    before, after = monte_cremasco()
    return {
        "monte-cremasco-2024": before,
        "monte-cremasco-2025": after,
        "cologno": cologno(),
        "casalmaggiore": casalmaggiore(),
        "roma": roma(),
    }
