"""A span of days rated again: everything that was charged in it, before and after."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger.domain.errors import PriceUnknownError
from ledger.domain.families import Enrolled
from ledger.domain.rerating import Difference, PricedMeal, difference_of, undone
from ledger.domain.subscriptions import (
    Due,
    Period,
    PricedSubscription,
    by_pupil,
    due_of,
    dues,
    free_subscription,
    has_no_tariff,
    ride_free,
)
from ledger.domain.tariffs import PriceList
from ledger.domain.transfers import TransferId


@dataclass(frozen=True, slots=True, kw_only=True)
class Repriced:
    """All of a span, before and after; `unpriced` have no price any more and stay as they are."""

    meals: int = 0
    subscriptions: int = 0
    before_cents: int = 0
    after_cents: int = 0
    differences: tuple[Difference, ...] = ()
    unpriced: int = 0

    def __add__(self, other: Repriced) -> Repriced:
        return Repriced(
            meals=self.meals + other.meals,
            subscriptions=self.subscriptions + other.subscriptions,
            before_cents=self.before_cents + other.before_cents,
            after_cents=self.after_cents + other.after_cents,
            differences=self.differences + other.differences,
            unpriced=self.unpriced + other.unpriced,
        )

    @property
    def by_account(self) -> dict[str, int]:
        """What each family whose total changes pays more (or less), cents."""
        totals: dict[str, int] = {}
        for each in self.differences:
            totals[each.priced.account_id] = totals.get(each.priced.account_id, 0) + each.delta_cents
        return totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a re-rating would do: kept, so that what is posted is exactly what was looked at.

    With `code` only one tariff was looked at, with `account_id` only one family.
    """

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
    subscriptions: int = 0
    account_id: str | None = None
    posted_at: datetime | None = None

    @property
    def delta_cents(self) -> int:
        """Positive when families pay more."""
        return self.after_cents - self.before_cents


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
            differences.append(difference_of(meal, quote))
    return Repriced(
        meals=seen, before_cents=before, after_cents=after, differences=tuple(differences), unpriced=unpriced
    )


def reprice_subscriptions(
    subscriptions: Iterable[PricedSubscription],
    enrolments: Iterable[Enrolled],
    prices: PriceList,
    *,
    code: str | None = None,
) -> Repriced:
    """Ask for every period again what it costs. A pupil who does not use the service in it any more pays nothing.

    Who was charged stays the one who pays, also where the pupil is enrolled under another account now.
    """
    enrolled = by_pupil(enrolments)
    seen = before = after = unpriced = 0
    differences = []
    for each in subscriptions:
        theirs = [replace(e, account_id=each.account_id) for e in enrolled.get((each.pupil_id, each.service), ())]
        due = due_of(theirs, prices, each.period)
        if due is None and has_no_tariff(theirs, prices, each.period):
            unpriced += 1
            continue
        if code not in {None, each.tariff_code, due.quote.version.code if due else None}:
            continue
        difference = _owed(each, due)
        seen, before, after = seen + 1, before + each.net_cents, after + difference.after_cents
        if difference.delta_cents:
            differences.append(difference)
    return Repriced(
        subscriptions=seen, before_cents=before, after_cents=after, differences=tuple(differences), unpriced=unpriced
    )


def reprice_draft(
    enrolments: Sequence[Enrolled], periods: Iterable[Period], *, current: PriceList, drafted: PriceList, code: str
) -> Repriced:
    """What the periods cost by the prices of now, and by those of a draft; charged or not."""
    found: dict[TransferId, PricedSubscription] = {}
    for period in periods:
        for due in dues(enrolments, drafted, period):
            found[due.transfer_id] = free_subscription(ride_free(due), ())
        for due in dues(enrolments, current, period):
            found[due.transfer_id] = replace(free_subscription(ride_free(due), ()), net_cents=due.quote.cents)
    return reprice_subscriptions(found.values(), enrolments, drafted, code=code)


def _owed(subscription: PricedSubscription, due: Due | None) -> Difference:
    return undone(subscription, 0) if due is None else difference_of(subscription, due.quote)


def preview_id(repriced: Repriced, **asked: object) -> str:
    """Named after what was asked and what was seen: the same of both is the same preview."""
    seen = (repriced.meals, repriced.subscriptions, repriced.before_cents, repriced.after_cents, repriced.unpriced)
    digest = hashlib.sha256(f"{sorted(asked.items())}|{seen}".encode())
    for fact in sorted(each.fact for each in repriced.differences):
        digest.update("\x1f".join(fact).encode())
    return f"rer_{digest.hexdigest()[:32]}"
