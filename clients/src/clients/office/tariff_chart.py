"""A price list as a picture: what is paid at which ISEE, with every jump, hole and overlap where it is.

Only geometry, in the units of the drawing; the page draws it. The table beside it says the same in figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from clients.design.formats import euro
from clients.services.prices import Bracket, Bracketed, Flat, Linear, Scale

LEFT, RIGHT, TOP, BOTTOM = 66, 348, 20, 186
BEYOND: Final = 1.2
"""How much of the drawing is past the last figure: what has no end must be seen to go on."""

APART: Final = 54
"""Two labels nearer than this would touch."""

_LEAST_ISEE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """From one point to another."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Label:
    """A word at a point."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Band:
    """ISEE that no bracket has, or that two have."""

    x: float
    width: float


@dataclass(slots=True)
class Chart:
    """Everything to be drawn, and `summary`: the same in words."""

    prices: list[Line] = field(default_factory=list)
    jumps: list[Line] = field(default_factory=list)
    jump_labels: list[Label] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    isee_labels: list[Label] = field(default_factory=list)
    price_labels: list[Label] = field(default_factory=list)
    summary: str = ""


@dataclass(frozen=True, slots=True)
class _Paper:
    """Where an ISEE and a price are on the drawing."""

    most_isee: int
    most_price: int

    def x(self, isee_cents: int) -> float:
        return round(LEFT + (RIGHT - LEFT) * min(isee_cents, self.most_isee) / self.most_isee, 1)

    def y(self, price_cents: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * price_cents / self.most_price, 1)


def chart_of(scale: Scale | None) -> Chart | None:
    """The drawing; None where the price does not depend on the ISEE, or nothing can be drawn."""
    match scale:
        case Bracketed() if scale.brackets:
            return _of_brackets(scale)
        case Linear() if scale.low_isee_cents < scale.high_isee_cents:
            return _of_line(scale)
        case Bracketed() | Linear() | Flat() | None:
            return None


def _of_brackets(scale: Bracketed) -> Chart:
    ordered = sorted(scale.brackets, key=lambda each: each.from_cents)
    edges = [each.from_cents for each in ordered] + [each.to_cents for each in ordered if each.to_cents is not None]
    paper = _paper(max(edges), [each.price_cents for each in ordered])
    chart = Chart()
    for each in ordered:
        end = paper.most_isee if each.to_cents is None else each.to_cents
        y = paper.y(each.price_cents)
        chart.prices.append(Line(paper.x(each.from_cents), y, paper.x(end), y))
    if ordered[0].from_cents > 0:
        chart.bands.append(_band(paper, 0, ordered[0].from_cents))
    for lower, upper in pairwise(ordered):
        _join(chart, paper, lower, upper)
    if ordered[-1].to_cents is not None:
        chart.bands.append(_band(paper, ordered[-1].to_cents, paper.most_isee))
    jumps = [(upper.from_cents, upper.price_cents - lower.price_cents) for lower, upper in pairwise(ordered)]
    _label(chart, paper, [each.from_cents for each in ordered[1:]], jumps)
    prices = [each.price_cents for each in ordered]
    chart.summary = _summary(min(prices), max(prices), jumps)
    return chart


def _join(chart: Chart, paper: _Paper, lower: Bracket, upper: Bracket) -> None:
    end = paper.most_isee if lower.to_cents is None else lower.to_cents
    if end == upper.from_cents:
        x = paper.x(end)
        if lower.price_cents != upper.price_cents:
            chart.jumps.append(Line(x, paper.y(lower.price_cents), x, paper.y(upper.price_cents)))
    else:
        chart.bands.append(_band(paper, min(end, upper.from_cents), max(end, upper.from_cents)))


def _of_line(scale: Linear) -> Chart:
    below = scale.low_price_cents if scale.below_cents is None else scale.below_cents
    above = scale.high_price_cents if scale.above_cents is None else scale.above_cents
    prices = [below, scale.low_price_cents, scale.high_price_cents, above]
    paper = _paper(scale.high_isee_cents, prices)
    low, high = paper.x(scale.low_isee_cents), paper.x(scale.high_isee_cents)
    chart = Chart(
        prices=[
            Line(LEFT, paper.y(below), low, paper.y(below)),
            Line(low, paper.y(scale.low_price_cents), high, paper.y(scale.high_price_cents)),
            Line(high, paper.y(above), RIGHT, paper.y(above)),
        ]
    )
    jumps = [
        (scale.low_isee_cents, scale.low_price_cents - below),
        (scale.high_isee_cents, above - scale.high_price_cents),
    ]
    chart.jumps = [
        Line(x, paper.y(before), x, paper.y(after))
        for x, before, after in ((low, below, scale.low_price_cents), (high, scale.high_price_cents, above))
        if before != after
    ]
    _label(chart, paper, [scale.low_isee_cents, scale.high_isee_cents], jumps)
    chart.summary = _summary(min(prices), max(prices), jumps)
    return chart


def _paper(last_isee: int, prices: Sequence[int]) -> _Paper:
    return _Paper(max(_LEAST_ISEE, int(last_isee * BEYOND)), max(*prices, 1))


def _band(paper: _Paper, first: int, last: int) -> Band:
    """Never too thin to be seen: the hole of 10,000 / 10,001 is one euro wide."""
    x = paper.x(first)
    return Band(x, max(3.0, round(paper.x(last) - x, 1)))


def _label(chart: Chart, paper: _Paper, isees: Sequence[int], jumps: Sequence[tuple[int, int]]) -> None:
    chart.price_labels = [Label(LEFT - 6, paper.y(each), euro(each)) for each in (0, paper.most_price)]
    at = [Label(paper.x(each), BOTTOM + 18, _whole_euros(each)) for each in (0, *isees)]
    chart.isee_labels = list(_with_room(at))
    rising = sorted(((isee, cents) for isee, cents in jumps if cents > 0), key=lambda each: -each[1])
    found: list[Label] = []
    for isee, cents in rising:
        label = Label(paper.x(isee), TOP - 6, f"+{euro(cents)}")
        if all(abs(label.x - other.x) >= APART for other in found):
            found.append(label)
    chart.jump_labels = found


def _with_room(labels: Sequence[Label]) -> Iterator[Label]:
    last: Label | None = None
    for label in labels:
        if last is None or label.x - last.x >= APART:
            yield label
            last = label


def _whole_euros(cents: int) -> str:
    return f"{cents // 100:,}".replace(",", ".")


def _summary(least: int, most: int, jumps: Sequence[tuple[int, int]]) -> str:
    text = f"Prezzo secondo l'ISEE: da {euro(least)} a {euro(most)}."
    rising = [each for each in jumps if each[1] > 0]
    if not rising:
        return text
    isee, cents = max(rising, key=lambda each: each[1])
    return f"{text} Il salto più grande è di {euro(cents)}, a {euro(isee)} di ISEE."
