"""What one pupil pays for one unit of a service: a pure function of the rule and of what is known about the family.

Order: the scale (by school level, minors, ISEE; elsewhere residents' or not), then brothers and sisters, then the
exemption, then the portion. Fractions stay exact to the end; the result is rounded once, half a cent up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Final

from ledger.domain.errors import PriceUnknownError
from ledger.domain.tariff_rules import (
    Bracketed,
    Cell,
    Flat,
    Linear,
    Portion,
    RankPrice,
    Scale,
    Siblings,
    TariffRule,
    Unit,
    highest_price,
)

FULL: Final = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides a price. `rank` is 1 for the eldest, `siblings` counts the pupil too. No ISEE is None."""

    isee_cents: int | None = None
    minors: int = 0
    school_level: str | None = None
    is_resident: bool = True
    rank: int = 1
    siblings: int = 1
    exemption: str | None = None
    kind: str = FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """The price in cents and which parts of the rule gave it. A bracket is `[from, to)`, in cents of ISEE."""

    cents: int
    bracket: tuple[int, int | None] | None = None
    reduction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Kept with what was charged, to answer *why*. The ISEE is not in it: `declaration_id` says where it is."""

    rank: int
    siblings: int
    is_resident: bool
    minors: int
    unit: Unit
    school_level: str | None = None
    declaration_id: str | None = None
    bracket_from_cents: int | None = None
    bracket_to_cents: int | None = None
    reduction: str | None = None

    @classmethod
    def of(cls, facts: Facts, rated: Rated, *, unit: Unit, declaration_id: str | None) -> Basis:
        """What was known, and what the rule made of it."""
        lower, upper = rated.bracket or (None, None)
        return cls(
            rank=facts.rank,
            siblings=facts.siblings,
            is_resident=facts.is_resident,
            minors=facts.minors,
            unit=unit,
            school_level=facts.school_level,
            declaration_id=declaration_id,
            bracket_from_cents=lower,
            bracket_to_cents=upper,
            reduction=rated.reduction,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Amount:
    exact: Fraction
    bracket: tuple[int, int | None] | None = None
    reduction: str | None = None

    def less(self, percent: int, reduction: str) -> _Amount:
        return replace(self, exact=self.exact * (100 - percent) / 100, reduction=reduction)


def rate(rule: TariffRule, facts: Facts) -> Rated:
    """What is paid. Raises PriceUnknownError where the rule says nothing about such a family."""
    portion = next((each for each in rule.portions if each.kind == facts.kind), None)
    if portion is not None and portion.price_cents is not None:
        return Rated(cents=portion.price_cents, reduction=portion.kind)
    amount = _for_siblings(rule, facts, _by_residence(rule, facts))
    exemption = next((each for each in rule.exemptions if each.code == facts.exemption), None)
    if exemption is not None:
        amount = amount.less(exemption.percent_off, exemption.code)
    amount = _portioned(portion, amount)
    return Rated(cents=rounded(amount.exact), bracket=amount.bracket, reduction=amount.reduction)


def rounded(exact: Fraction) -> int:
    """Whole cents; exactly half a cent goes up."""
    return floor(exact + Fraction(1, 2))


def ranks_among(rank_by_pupil: Mapping[str, int], counted: Collection[str]) -> dict[str, int]:
    """Ranks of the pupils in `counted`, 1 for the eldest of them.

    `rank_by_pupil` is the order by birth date that enrollment told; where it says the same of two, the identifier
    decides, so that twins always have the same order.
    """
    ordered = sorted(counted, key=lambda pupil: (rank_by_pupil.get(pupil, 1), pupil))
    return {pupil: rank for rank, pupil in enumerate(ordered, start=1)}


def _by_residence(rule: TariffRule, facts: Facts) -> _Amount:
    scale = _cell(rule, facts).scale
    if facts.is_resident or rule.non_residents is None:
        return _on(scale, facts.isee_cents)
    own = rule.non_residents.scale
    amount = _on(own, facts.isee_cents) if own is not None else _Amount(exact=Fraction(highest_price(scale)))
    return replace(amount, reduction="non-resident")


def _cell(rule: TariffRule, facts: Facts) -> Cell:
    """Who uses the service is a minor: a household that declared nothing counts as one with one."""
    named = [cell for cell in rule.cells if facts.school_level is not None and facts.school_level in cell.levels]
    for cell in named or [cell for cell in rule.cells if not cell.levels]:
        if cell.holds_minors(max(1, facts.minors)):
            return cell
    message = "La tariffa non prevede questo grado di scuola o questo nucleo familiare."
    raise PriceUnknownError(message, school_level=facts.school_level, minors=facts.minors)


def _on(scale: Scale, isee_cents: int | None) -> _Amount:
    match scale:
        case Flat():
            return _Amount(exact=Fraction(scale.price_cents))
        case Bracketed():
            return _in_brackets(scale, isee_cents)
        case Linear():
            return _Amount(exact=_on_line(scale, isee_cents))


def _in_brackets(scale: Bracketed, isee_cents: int | None) -> _Amount:
    if isee_cents is None:
        undeclared = scale.undeclared_cents
        return _Amount(exact=Fraction(highest_price(scale) if undeclared is None else undeclared))
    for bracket in scale.brackets:
        if bracket.holds(isee_cents):
            return _Amount(exact=Fraction(bracket.price_cents), bracket=(bracket.from_cents, bracket.to_cents))
    message = "La tariffa non prevede una fascia per questo ISEE."
    raise PriceUnknownError(message)


def _on_line(scale: Linear, isee_cents: int | None) -> Fraction:
    if isee_cents is None or isee_cents > scale.high_isee_cents:
        return Fraction(scale.high_price_cents if scale.above_cents is None else scale.above_cents)
    if isee_cents < scale.low_isee_cents:
        return Fraction(scale.low_price_cents if scale.below_cents is None else scale.below_cents)
    along = Fraction(isee_cents - scale.low_isee_cents, scale.high_isee_cents - scale.low_isee_cents)
    return scale.low_price_cents + along * (scale.high_price_cents - scale.low_price_cents)


def _for_siblings(rule: TariffRule, facts: Facts, amount: _Amount) -> _Amount:
    outside = not facts.is_resident and rule.non_residents is not None and not rule.non_residents.with_sibling_reduction
    if rule.siblings is None or outside:
        return amount
    found = _rank_price(rule.siblings, facts)
    if found is None:
        return amount
    if found.scale is not None:
        return replace(_on(found.scale, facts.isee_cents), reduction="sibling")
    return amount.less(found.percent_off or 0, "sibling")


def _rank_price(siblings: Siblings, facts: Facts) -> RankPrice | None:
    measured = facts.rank if siblings.measure == "rank" else facts.siblings
    reached = [each for each in siblings.ranks if each.from_rank <= measured]
    return max(reached, key=lambda each: each.from_rank, default=None)


def _portioned(portion: Portion | None, amount: _Amount) -> _Amount:
    if portion is None or portion.percent is None:
        return amount
    return amount.less(100 - portion.percent, amount.reduction or portion.kind)
