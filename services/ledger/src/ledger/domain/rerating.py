"""Prices that change after the meal: only differences move, each once.

A meal costs what it was charged plus its adjustments. To rate it again is to quote it with what is known now and to
post `after - before` under the next number of the meal: said twice, the second is the same transfer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.domain.accounts import AccountId, holder_account, revenue_account
from ledger.domain.charging import MEALS, MealTaken
from ledger.domain.errors import PriceUnknownError
from ledger.domain.rating import Basis
from ledger.domain.tariffs import PriceList, Quote, Serving
from ledger.domain.transfers import AdjustmentCause, ChargeCause, Kind, Posted, Transfer, adjustment_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeMeal:
    """A meal that cost nothing: no money moved, but it was eaten, and may be rated again."""

    meal: MealTaken
    tariff_code: str
    tariff_version: str
    basis: Basis | None = None
    is_taken_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedMeal:
    """A meal as the book has it now: `net_cents` after `adjustments` of them."""

    meal_id: str
    account_id: str
    pupil_id: str
    day: date
    kind: str
    revenue: AccountId
    tariff_code: str
    tariff_version: str
    net_cents: int
    adjustments: int

    @property
    def serving(self) -> Serving:
        """What its price is asked for."""
        return Serving(pupil_id=self.pupil_id, account_id=self.account_id, service=MEALS, day=self.day, kind=self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one meal had cost, and what it costs by what is known now."""

    meal: PricedMeal
    after_cents: int
    tariff_code: str
    tariff_version: str
    basis: Basis | None = None

    @property
    def delta_cents(self) -> int:
        """Positive when the family pays more."""
        return self.after_cents - self.meal.net_cents

    @property
    def number(self) -> int:
        """Which adjustment of the meal it would be."""
        return self.meal.adjustments + 1

    @property
    def fact(self) -> tuple[str, ...]:
        """What makes two adjustments the same."""
        meal = self.meal
        return (meal.meal_id, meal.account_id, str(self.number), str(meal.net_cents), str(self.after_cents))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repriced:
    """All meals of a span, before and after; `unpriced` have no price any more and stay as they are."""

    meals: int
    before_cents: int
    after_cents: int
    differences: tuple[Difference, ...]
    unpriced: int

    @property
    def by_account(self) -> dict[str, int]:
        """What each family whose total changes pays more (or less), cents."""
        totals: dict[str, int] = {}
        for each in self.differences:
            totals[each.meal.account_id] = totals.get(each.meal.account_id, 0) + each.delta_cents
        return totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a re-rating would do: kept, so that what is posted is exactly what was looked at."""

    preview_id: str
    code: str | None
    first: date
    last: date
    made_at: datetime
    meals: int
    before_cents: int
    after_cents: int
    families: int
    lines: int
    unpriced: int
    posted_at: datetime | None = None

    @property
    def delta_cents(self) -> int:
        """Positive when families pay more."""
        return self.after_cents - self.before_cents


def charged_meal(charge: Posted, adjustments: Sequence[Posted]) -> PricedMeal:
    """A meal that was charged. Raises TypeError on another kind of transfer."""
    transfer, cause = charge.transfer, charge.transfer.cause
    if not isinstance(cause, ChargeCause):
        message = f"{transfer.transfer_id} is not a charge"
        raise TypeError(message)
    return PricedMeal(
        meal_id=cause.meal_id,
        account_id=transfer.debit,
        pupil_id=cause.pupil_id,
        day=transfer.value_day,
        kind=cause.meal_kind,
        revenue=transfer.credit,
        tariff_code=cause.tariff_code,
        tariff_version=cause.tariff_version,
        net_cents=transfer.amount_cents + adjusted_cents(adjustments),
        adjustments=len(adjustments),
    )


def free_meal(free: FreeMeal, adjustments: Sequence[Posted]) -> PricedMeal:
    """A meal that cost nothing when it was eaten."""
    meal = free.meal
    return PricedMeal(
        meal_id=meal.meal_id,
        account_id=meal.account_id,
        pupil_id=meal.pupil_id,
        day=meal.day,
        kind=meal.meal_kind,
        revenue=revenue_account(MEALS, meal.school_id, meal.partition),
        tariff_code=free.tariff_code,
        tariff_version=free.tariff_version,
        net_cents=adjusted_cents(adjustments),
        adjustments=len(adjustments),
    )


def adjusted_cents(adjustments: Iterable[Posted]) -> int:
    """What all adjustments of one meal added to its price."""
    causes = (posted.transfer.cause for posted in adjustments)
    return sum(cause.after_cents - cause.before_cents for cause in causes if isinstance(cause, AdjustmentCause))


def reprice(meals: Sequence[PricedMeal], prices: PriceList, *, code: str | None = None) -> Repriced:
    """Quote every meal again. With `code`, only meals charged by that tariff or that would be now.

    Rules that count who was present find all the day's meals in `meals`.
    """
    present: dict[tuple[str, date], set[str]] = {}
    for meal in meals:
        present.setdefault((meal.account_id, meal.day), set()).add(meal.pupil_id)
    seen = before = after = unpriced = 0
    differences = []
    for meal in meals:
        try:
            quote = prices.quote(meal.serving, present=present[meal.account_id, meal.day])
        except PriceUnknownError:
            unpriced += 1
            continue
        if code not in {None, meal.tariff_code, quote.version.code}:
            continue
        seen, before, after = seen + 1, before + meal.net_cents, after + quote.cents
        if quote.cents != meal.net_cents:
            differences.append(_difference(meal, quote))
    return Repriced(
        meals=seen, before_cents=before, after_cents=after, differences=tuple(differences), unpriced=unpriced
    )


def _difference(meal: PricedMeal, quote: Quote) -> Difference:
    version = quote.version
    return Difference(
        meal=meal,
        after_cents=quote.cents,
        tariff_code=version.code,
        tariff_version=version.version,
        basis=quote.basis,
    )


def undone(meal: PricedMeal, after_cents: int) -> Difference:
    """What brings a meal back to `after_cents` because it was not eaten, by the tariff it had."""
    return Difference(
        meal=meal, after_cents=after_cents, tariff_code=meal.tariff_code, tariff_version=meal.tariff_version
    )


def adjust(difference: Difference, *, reason: str, day: date) -> Transfer:
    """Move only the difference, on `day`: the day it is decided, since a closed period never changes."""
    meal, delta = difference.meal, difference.delta_cents
    holder = holder_account(meal.account_id)
    return Transfer(
        transfer_id=adjustment_id(meal.meal_id, difference.number),
        kind=Kind.ADJUSTMENT,
        debit=holder if delta > 0 else meal.revenue,
        credit=meal.revenue if delta > 0 else holder,
        amount_cents=abs(delta),
        value_day=day,
        cause=AdjustmentCause(
            meal_id=meal.meal_id,
            pupil_id=meal.pupil_id,
            service=MEALS,
            day=meal.day,
            number=difference.number,
            before_cents=meal.net_cents,
            after_cents=difference.after_cents,
            tariff_code=difference.tariff_code,
            tariff_version=difference.tariff_version,
            reason=reason,
            basis=difference.basis,
        ),
        fact=difference.fact,
    )


def preview_id(differences: Sequence[Difference], *, first: date, last: date) -> str:
    """Named after what it says: the same differences over the same days are the same preview."""
    digest = hashlib.sha256(f"{first}|{last}".encode())
    for fact in sorted(each.fact for each in differences):
        digest.update("\x1f".join(fact).encode())
    return f"rer_{digest.hexdigest()[:32]}"
