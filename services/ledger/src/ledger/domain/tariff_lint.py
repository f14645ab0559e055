"""What is wrong, or worth seeing, in a tariff before it is published.

Errors: some family would have two prices or none. Notes: nothing is broken, but a council should know, like a cliff:
one cent of ISEE more, and the year costs so much more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ledger.domain.money import MAX_CENTS, euros_in_italian
from ledger.domain.tariff_rules import Bracket, Bracketed, Cell, Flat, Linear, Scale, TariffRule

Severity = Literal["error", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """`code` is for machines, `message` for the office; `cents` is how much a cliff jumps or a hole is wide."""

    severity: Severity
    code: str
    message: str
    cents: int | None = None


def lint(rule: TariffRule) -> tuple[LintFinding, ...]:
    """Everything to be said about the rule, errors first."""
    found = [*_cells(rule), *_siblings(rule), *_reductions(rule)]
    for scale in _scales(rule):
        found += _scale(scale)
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def is_sound(findings: tuple[LintFinding, ...]) -> bool:
    """Whether the tariff may be published."""
    return all(finding.severity != "error" for finding in findings)


def _scales(rule: TariffRule) -> Iterator[Scale]:
    yield from (cell.scale for cell in rule.cells)
    if rule.non_residents is not None and rule.non_residents.scale is not None:
        yield rule.non_residents.scale
    if rule.siblings is not None:
        yield from (each.scale for each in rule.siblings.ranks if each.scale is not None)


def _scale(scale: Scale) -> Iterator[LintFinding]:
    yield from _prices(scale)
    match scale:
        case Bracketed():
            yield from _brackets(scale)
        case Linear():
            yield from _line(scale)
        case Flat():
            pass


def _prices(scale: Scale) -> Iterator[LintFinding]:
    match scale:
        case Flat():
            prices: list[int | None] = [scale.price_cents]
        case Bracketed():
            prices = [scale.undeclared_cents, *(each.price_cents for each in scale.brackets)]
        case Linear():
            prices = [scale.low_price_cents, scale.high_price_cents, scale.below_cents, scale.above_cents]
    if any(price is not None and not 0 <= price <= MAX_CENTS for price in prices):
        yield _error("price", "Un prezzo è negativo o troppo grande.")


def _brackets(scale: Bracketed) -> Iterator[LintFinding]:
    ordered = sorted(scale.brackets, key=lambda each: each.from_cents)
    if not ordered:
        yield _error("empty", "Non c'è nessuna fascia ISEE.")
        return
    for each in ordered:
        if each.to_cents is not None and each.to_cents <= each.from_cents:
            yield _error("upside-down", f"La fascia che inizia da {_euros(each.from_cents)} finisce prima di iniziare.")
    if ordered[0].from_cents != 0:
        yield _error(
            "gap", f"Nessuna fascia per un ISEE inferiore a {_euros(ordered[0].from_cents)}.", ordered[0].from_cents
        )
    for lower, upper in pairwise(ordered):
        yield from _joint(lower, upper)
    if ordered[-1].to_cents is not None:
        yield _error("gap", f"Nessuna fascia per un ISEE da {_euros(ordered[-1].to_cents)} in su.")


def _joint(lower: Bracket, upper: Bracket) -> Iterator[LintFinding]:
    if lower.to_cents is None or lower.to_cents > upper.from_cents:
        yield _error("overlap", f"Due fasce comprendono entrambe un ISEE di {_euros(upper.from_cents)}.")
        return
    if lower.to_cents < upper.from_cents:
        last = upper.from_cents - 1
        yield _error(
            "gap",
            f"Nessuna fascia per un ISEE da {_euros(lower.to_cents)} a {_euros(last)}.",
            upper.from_cents - lower.to_cents,
        )
    jump = upper.price_cents - lower.price_cents
    if jump > 0:
        yield _note(
            "cliff", f"A {_euros(upper.from_cents)} di ISEE il prezzo sale di colpo di {_euros(jump)} euro.", jump
        )
    if jump < 0:
        yield _note("falling", f"Da {_euros(upper.from_cents)} di ISEE si paga meno: è voluto?", jump)


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
    levels = sorted({level for cell in rule.cells for level in cell.levels})
    for level in levels:
        yield from _minors(level, [cell for cell in rule.cells if level in cell.levels])
    others = [cell for cell in rule.cells if not cell.levels]
    if others:
        yield from _minors("altri gradi" if levels else "tutti", others)
    else:
        yield _note("levels", f"La tariffa vale solo per: {', '.join(levels)}.")


def _minors(level: str, cells: list[Cell]) -> Iterator[LintFinding]:
    ordered = sorted(cells, key=lambda cell: cell.minors_from)
    if ordered[0].minors_from > 1:
        yield _error("gap", f"{level}: nessun prezzo per meno di {ordered[0].minors_from} minori.")
    for lower, upper in pairwise(ordered):
        if lower.minors_to is None or lower.minors_to > upper.minors_from:
            yield _error("overlap", f"{level}: due prezzi per {upper.minors_from} minori.")
        elif lower.minors_to < upper.minors_from:
            yield _error("gap", f"{level}: nessun prezzo per {lower.minors_to} minori.")
    if ordered[-1].minors_to is not None:
        yield _error("gap", f"{level}: nessun prezzo da {ordered[-1].minors_to} minori in su.")


def _siblings(rule: TariffRule) -> Iterator[LintFinding]:
    if rule.siblings is None:
        return
    ranks = [each.from_rank for each in rule.siblings.ranks]
    if not ranks:
        yield _error("empty", "La regola per i fratelli non dice nulla.")
    if len(set(ranks)) != len(ranks):
        yield _error("overlap", "Due riduzioni per lo stesso figlio.")
    if any(rank < 2 for rank in ranks):
        yield _error("rank", "La riduzione per i fratelli inizia dal secondo figlio.")
    for each in rule.siblings.ranks:
        if (each.percent_off is None) == (each.scale is None):
            yield _error("sibling", f"Dal figlio {each.from_rank}: serve una percentuale oppure un listino, uno solo.")


def _reductions(rule: TariffRule) -> Iterator[LintFinding]:
    ranks = rule.siblings.ranks if rule.siblings is not None else ()
    percents = [
        *(each.percent_off for each in ranks),
        *(each.percent_off for each in rule.exemptions),
        *(each.percent for each in rule.portions),
    ]
    if any(percent is not None and not 0 <= percent <= 100 for percent in percents):
        yield _error("percent", "Una percentuale è fuori da 0-100.")
    for portion in rule.portions:
        if (portion.percent is None) == (portion.price_cents is None):
            yield _error("portion", f"{portion.kind}: serve una percentuale oppure un prezzo, uno solo.")
        elif portion.price_cents is not None and not 0 <= portion.price_cents <= MAX_CENTS:
            yield _error("price", f"{portion.kind}: il prezzo è negativo o troppo grande.")
    codes = [each.code for each in rule.exemptions]
    kinds = [each.kind for each in rule.portions]
    if len(set(codes)) != len(codes) or len(set(kinds)) != len(kinds):
        yield _error("overlap", "La stessa esenzione o porzione è scritta due volte.")


def _error(code: str, message: str, cents: int | None = None) -> LintFinding:
    return LintFinding(severity="error", code=code, message=message, cents=cents)


def _note(code: str, message: str, cents: int | None = None) -> LintFinding:
    return LintFinding(severity="note", code=code, message=message, cents=cents)


def _euros(cents: int) -> str:
    return euros_in_italian(cents)
