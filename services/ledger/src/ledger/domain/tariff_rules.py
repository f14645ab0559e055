"""What a council can vote: the shapes of a price, as data.

ISEE brackets are half-open, `[from_cents, to_cents)`: two that touch leave no hole and share no cent. Percentages are
whole. Nothing here computes: `rating` does. Shapes seen in published tariffs: flat, by bracket, linear between two
points, by school level and number of minors, per meal, month or year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Unit = Literal["meal", "month", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """The same for everybody."""

    price_cents: int
    shape: Literal["flat"] = "flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """ISEE from `from_cents` (inside) to `to_cents` (outside; None is without end)."""

    from_cents: int
    to_cents: int | None
    price_cents: int

    def holds(self, isee_cents: int) -> bool:
        """Whether the ISEE falls in it."""
        return self.from_cents <= isee_cents and (self.to_cents is None or isee_cents < self.to_cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracketed:
    """One price per ISEE bracket. Without an ISEE the family pays `undeclared_cents`, the highest price when None."""

    brackets: tuple[Bracket, ...]
    undeclared_cents: int | None = None
    shape: Literal["bracketed"] = "bracketed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A straight line between two points (ISEE, price), both inside.

    Outside of it the price of the nearer point, unless `below_cents` or `above_cents` say another. Without an ISEE
    the family pays what is paid above.
    """

    low_isee_cents: int
    low_price_cents: int
    high_isee_cents: int
    high_price_cents: int
    below_cents: int | None = None
    above_cents: int | None = None
    shape: Literal["linear"] = "linear"


Scale = Flat | Bracketed | Linear


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The scale for some school levels (none named: every level not named by another cell) and numbers of minors.

    `[minors_from, minors_to)`, None is without end.
    """

    scale: Scale
    levels: tuple[str, ...] = ()
    minors_from: int = 0
    minors_to: int | None = None

    def holds_minors(self, minors: int) -> bool:
        """Whether a household with so many minors falls in it."""
        return self.minors_from <= minors and (self.minors_to is None or minors < self.minors_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankPrice:
    """From the child `from_rank` on: so much per cent off, or another scale. One of the two."""

    from_rank: int
    percent_off: int | None = None
    scale: Scale | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Siblings:
    """Reductions for brothers and sisters of one account and service.

    `counted`: among those enrolled on the day, or those who ate that day. `measure`: the child's own rank (eldest
    first, twins by identifier), or how many they are: then all of them have the reduction.
    """

    ranks: tuple[RankPrice, ...]
    counted: Literal["enrolled", "present"] = "enrolled"
    measure: Literal["rank", "count"] = "rank"


@dataclass(frozen=True, slots=True, kw_only=True)
class NonResidents:
    """What those pay who live elsewhere: their own scale, or the highest price of the residents' when None."""

    scale: Scale | None = None
    with_sibling_reduction: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """So much per cent off for a reason the office records (`disability`, `social-services`); 100 pays nothing."""

    code: str
    percent_off: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Another kind of what is usual (`light`, `half`, `staff`; `one-way` on the bus).

    Either a percentage of the family's own price, or a fixed price that nothing else changes.
    """

    kind: str
    percent: int | None = None
    price_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffRule:
    """A whole tariff. Prices are per `unit`; a meal under a monthly or yearly tariff costs nothing by itself."""

    cells: tuple[Cell, ...]
    unit: Unit = "meal"
    non_residents: NonResidents | None = None
    siblings: Siblings | None = None
    exemptions: tuple[Exemption, ...] = ()
    portions: tuple[Portion, ...] = ()


def flat_rule(price_cents: int) -> TariffRule:
    """The rule of a tariff that has one price."""
    return TariffRule(cells=(Cell(scale=Flat(price_cents=price_cents)),))


def brackets_as_printed(rows: Iterable[tuple[int, int | None, int]]) -> tuple[Bracket, ...]:
    """Brackets from a resolution, which prints both ends inside (`4,500.01 - 10,000.00`), in cents.

    Each end becomes the first cent after it; a hole of the print (10,000 / 10,001) stays a hole, for the linter to see.
    """
    return tuple(
        Bracket(from_cents=first, to_cents=None if last is None else last + 1, price_cents=price)
        for first, last, price in rows
    )


def highest_price(scale: Scale) -> int:
    """The most that anybody pays by it, cents."""
    match scale:
        case Flat():
            return scale.price_cents
        case Bracketed():
            return max([*(each.price_cents for each in scale.brackets), scale.undeclared_cents or 0])
        case Linear():
            return max(scale.low_price_cents, scale.high_price_cents, scale.below_cents or 0, scale.above_cents or 0)


def full_price(rule: TariffRule) -> int:
    """The highest price of the whole rule, cents: what is shown as *the* price before anything is known of a family."""
    return max(highest_price(cell.scale) for cell in rule.cells)
