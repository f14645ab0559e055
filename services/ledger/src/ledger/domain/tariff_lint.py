"""What is wrong, or worth seeing, in a tariff before it is published.

Errors: some family would have two prices or none. Notes: nothing is broken, but a council should know, like a cliff:
one cent of ISEE more, and the year costs so much more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from ledger.domain.money import MAX_CENTS, euros_in_italian
from ledger.domain.tariff_rules import Bracket, Bracketed, Cell, Flat, Linear, Scale, TariffRule

Severity = Literal["error", "note"]
Placed = tuple[int, Bracket]
"""A bracket, with its place among those of the rule as it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """`code` is for machines, `message` for the office; `cents` is how much a cliff jumps or a hole is wide.

    `at` is the part of the rule it is about, as in its JSON: `cells.0.scale.brackets.2`; empty: all of it.
    """

    severity: Severity
    code: str
    message: str
    cents: int | None = None
    at: str = ""


def lint(rule: TariffRule) -> tuple[LintFinding, ...]:
    """Everything to be said about the rule, errors first."""
    found = [*_cells(rule), *_siblings(rule), *_reductions(rule)]
    for at, scale in _scales(rule):
        found += [replace(each, at=f"{at}.{each.at}" if each.at else at) for each in _scale(scale)]
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def is_sound(findings: tuple[LintFinding, ...]) -> bool:
    """Whether the tariff may be published."""
    return all(finding.severity != "error" for finding in findings)


def _scales(rule: TariffRule) -> Iterator[tuple[str, Scale]]:
    yield from ((f"cells.{place}.scale", cell.scale) for place, cell in enumerate(rule.cells))
    if rule.non_residents is not None and rule.non_residents.scale is not None:
        yield "non_residents.scale", rule.non_residents.scale
    for place, each in enumerate(rule.siblings.ranks if rule.siblings is not None else ()):
        if each.scale is not None:
            yield f"siblings.ranks.{place}.scale", each.scale


def _scale(scale: Scale) -> Iterator[LintFinding]:
    """Findings are `at` a part of the scale."""
    match scale:
        case Flat():
            yield from _prices([("", scale.price_cents)])
        case Bracketed():
            prices = [(_bracket_at(place), each.price_cents) for place, each in enumerate(scale.brackets)]
            yield from _prices([("undeclared_cents", scale.undeclared_cents), *prices])
            yield from _brackets(scale)
        case Linear():
            ends = [scale.low_price_cents, scale.high_price_cents, scale.below_cents, scale.above_cents]
            yield from _prices([("", price) for price in ends])
            yield from _line(scale)


def _prices(prices: list[tuple[str, int | None]]) -> Iterator[LintFinding]:
    for at, price in prices:
        if price is not None and not 0 <= price <= MAX_CENTS:
            yield _error("price", "Un prezzo è negativo o troppo grande.", at=at)


def _brackets(scale: Bracketed) -> Iterator[LintFinding]:
    ordered = sorted(enumerate(scale.brackets), key=lambda placed: placed[1].from_cents)
    if not ordered:
        yield _error("empty", "Non c'è nessuna fascia ISEE.")
        return
    for place, each in ordered:
        if each.to_cents is not None and each.to_cents <= each.from_cents:
            message = f"La fascia che inizia da {_euros(each.from_cents)} finisce prima di iniziare."
            yield _error("upside-down", message, at=_bracket_at(place))
    place, first = ordered[0]
    if first.from_cents != 0:
        message = f"Nessuna fascia per un ISEE inferiore a {_euros(first.from_cents)}."
        yield _error("gap", message, first.from_cents, at=_bracket_at(place))
    for lower, upper in pairwise(ordered):
        yield from _joint(lower, upper)
    place, last = ordered[-1]
    if last.to_cents is not None:
        yield _error("gap", f"Nessuna fascia per un ISEE da {_euros(last.to_cents)} in su.", at=_bracket_at(place))


def _joint(lower_placed: Placed, upper_placed: Placed) -> Iterator[LintFinding]:
    """What is wrong between two neighbours is said at the upper one."""
    (_, lower), (place, upper) = lower_placed, upper_placed
    at = _bracket_at(place)
    if lower.to_cents is None or lower.to_cents > upper.from_cents:
        yield _error("overlap", f"Due fasce comprendono entrambe un ISEE di {_euros(upper.from_cents)}.", at=at)
        return
    if lower.to_cents < upper.from_cents:
        message = f"Nessuna fascia per un ISEE da {_euros(lower.to_cents)} a {_euros(upper.from_cents - 1)}."
        yield _error("gap", message, upper.from_cents - lower.to_cents, at=at)
    jump = upper.price_cents - lower.price_cents
    if jump > 0:
        message = f"A {_euros(upper.from_cents)} di ISEE il prezzo sale di colpo di {_euros(jump)} euro."
        yield _note("cliff", message, jump, at=at)
    if jump < 0:
        yield _note("falling", f"Da {_euros(upper.from_cents)} di ISEE si paga meno: è voluto?", jump, at=at)


def _line(scale: Linear) -> Iterator[LintFinding]:
    if not 0 <= scale.low_isee_cents < scale.high_isee_cents:
        yield _error("upside-down", "Il primo punto della retta deve avere un ISEE inferiore al secondo.")
    if scale.high_price_cents < scale.low_price_cents:
        yield _note("falling", "Il prezzo scende al crescere dell'ISEE: è voluto?")
    ends = (
        (scale.low_isee_cents, scale.below_cents, scale.low_price_cents),
        (scale.high_isee_cents, scale.high_price_cents, scale.above_cents),
    )
    for isee, before, after in ends:
        if before is not None and after is not None and before != after:
            jump = after - before
            yield _note("cliff", f"A {_euros(isee)} di ISEE il prezzo cambia di colpo di {_euros(jump)} euro.", jump)


def _cells(rule: TariffRule) -> Iterator[LintFinding]:
    if not rule.cells:
        yield _error("empty", "La tariffa non ha nessun prezzo.")
        return
    placed = list(enumerate(rule.cells))
    levels = sorted({level for cell in rule.cells for level in cell.levels})
    for level in levels:
        yield from _minors(level, [(place, cell) for place, cell in placed if level in cell.levels])
    others = [(place, cell) for place, cell in placed if not cell.levels]
    if others:
        yield from _minors("altri gradi" if levels else "tutti", others)
    else:
        yield _note("levels", f"La tariffa vale solo per: {', '.join(levels)}.")


def _minors(level: str, cells: list[tuple[int, Cell]]) -> Iterator[LintFinding]:
    """Every household has a minor at least: `rating` counts none as one."""
    ordered = sorted(cells, key=lambda placed: placed[1].minors_from)
    for place, cell in ordered:
        if cell.minors_to is not None and cell.minors_to <= cell.minors_from:
            yield _error("upside-down", f"{level}: il numero di minori finisce prima di iniziare.", at=f"cells.{place}")
    place, first = ordered[0]
    if first.minors_from > 1:
        yield _error("gap", f"{level}: nessun prezzo per meno di {first.minors_from} minori.", at=f"cells.{place}")
    for (_, lower), (place, upper) in pairwise(ordered):
        if lower.minors_to is None or lower.minors_to > upper.minors_from:
            yield _error("overlap", f"{level}: due prezzi per {upper.minors_from} minori.", at=f"cells.{place}")
        elif lower.minors_to < upper.minors_from:
            yield _error("gap", f"{level}: nessun prezzo per {lower.minors_to} minori.", at=f"cells.{place}")
    place, last = ordered[-1]
    if last.minors_to is not None:
        yield _error("gap", f"{level}: nessun prezzo da {last.minors_to} minori in su.", at=f"cells.{place}")


def _siblings(rule: TariffRule) -> Iterator[LintFinding]:
    if rule.siblings is None:
        return
    ranks = [each.from_rank for each in rule.siblings.ranks]
    if not ranks:
        yield _error("empty", "La regola per i fratelli non dice nulla.", at="siblings")
    for place, each in enumerate(rule.siblings.ranks):
        at = f"siblings.ranks.{place}"
        if each.from_rank in ranks[:place]:
            yield _error("overlap", "Due riduzioni per lo stesso figlio.", at=at)
        if each.from_rank < 2:
            yield _error("rank", "La riduzione per i fratelli inizia dal secondo figlio.", at=at)
        if (each.percent_off is None) == (each.scale is None):
            message = f"Dal figlio {each.from_rank}: serve una percentuale oppure un listino, uno solo."
            yield _error("sibling", message, at=at)


def _reductions(rule: TariffRule) -> Iterator[LintFinding]:
    ranks = rule.siblings.ranks if rule.siblings is not None else ()
    percents = [
        *((f"siblings.ranks.{place}", each.percent_off) for place, each in enumerate(ranks)),
        *((f"exemptions.{place}", each.percent_off) for place, each in enumerate(rule.exemptions)),
        *((f"portions.{place}", each.percent) for place, each in enumerate(rule.portions)),
    ]
    for at, percent in percents:
        if percent is not None and not 0 <= percent <= 100:
            yield _error("percent", "Una percentuale è fuori da 0-100.", at=at)
    for place, portion in enumerate(rule.portions):
        at = f"portions.{place}"
        if (portion.percent is None) == (portion.price_cents is None):
            yield _error("portion", f"{portion.kind}: serve una percentuale oppure un prezzo, uno solo.", at=at)
        elif portion.price_cents is not None and not 0 <= portion.price_cents <= MAX_CENTS:
            yield _error("price", f"{portion.kind}: il prezzo è negativo o troppo grande.", at=at)
    for part, names in (
        ("exemptions", [each.code for each in rule.exemptions]),
        ("portions", [each.kind for each in rule.portions]),
    ):
        for place, name in enumerate(names):
            if name in names[:place]:
                yield _error("overlap", "La stessa esenzione o porzione è scritta due volte.", at=f"{part}.{place}")


def _bracket_at(place: int) -> str:
    return f"brackets.{place}"


def _error(code: str, message: str, cents: int | None = None, *, at: str = "") -> LintFinding:
    return LintFinding(severity="error", code=code, message=message, cents=cents, at=at)


def _note(code: str, message: str, cents: int | None = None, *, at: str = "") -> LintFinding:
    return LintFinding(severity="note", code=code, message=message, cents=cents, at=at)


def _euros(cents: int) -> str:
    return euros_in_italian(cents)
