"""Prices that change after the meal, or after the month was charged: only differences move, each once.

A meal costs what it was charged plus its adjustments, and so does a subscription. To rate it again is to quote it with
what is known now and to post `after - before` under its next number: said twice, the second is the same transfer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.accounts import AccountId, holder_account, revenue_account
from ledger.domain.charging import MEALS, MealTaken
from ledger.domain.rating import Basis
from ledger.domain.shares import Split
from ledger.domain.subscriptions import PricedSubscription
from ledger.domain.tariffs import Quote, Serving
from ledger.domain.transfers import (
    Adjusting,
    AdjustmentCause,
    ChargeCause,
    Kind,
    Posted,
    SubscriptionAdjustmentCause,
    Transfer,
    TransferId,
    adjusted_cents,
    adjustment_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeMeal:
    """A meal that cost nothing: no money moved, but it was eaten, and may be rated again."""

    meal: MealTaken
    tariff_code: str
    tariff_version: str
    basis: Basis | None = None
    is_taken_back: bool = False
    split: Split | None = None


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
    split: Split | None = None

    @property
    def service(self) -> str:
        """Like a subscription's."""
        return MEALS

    @property
    def serving(self) -> Serving:
        """What its price is asked for."""
        return Serving(pupil_id=self.pupil_id, account_id=self.account_id, service=MEALS, day=self.day, kind=self.kind)


Priced = PricedMeal | PricedSubscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one meal or subscription had cost, and what it costs by what is known now."""

    priced: Priced
    after_cents: int
    tariff_code: str
    tariff_version: str
    basis: Basis | None = None

    @property
    def delta_cents(self) -> int:
        """Positive when the family pays more."""
        return self.after_cents - self.priced.net_cents

    @property
    def number(self) -> int:
        """Which adjustment of it it would be."""
        return self.priced.adjustments + 1

    @property
    def transfer_id(self) -> TransferId:
        """Under which it is, or would be, in the book."""
        return adjustment_id(_name(self.priced), self.number)

    @property
    def fact(self) -> tuple[str, ...]:
        """What makes two adjustments the same."""
        priced = self.priced
        return (_name(priced), priced.account_id, str(self.number), str(priced.net_cents), str(self.after_cents))


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
        split=cause.split,
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
        split=free.split,
    )


def difference_of(priced: Priced, quote: Quote) -> Difference:
    """Between what it had cost and the quote of now."""
    version = quote.version
    return Difference(
        priced=priced,
        after_cents=quote.cents,
        tariff_code=version.code,
        tariff_version=version.version,
        basis=quote.basis,
    )


def undone(priced: Priced, after_cents: int) -> Difference:
    """What brings it back to `after_cents` because it was not eaten or not used, by the tariff it had."""
    return Difference(
        priced=priced, after_cents=after_cents, tariff_code=priced.tariff_code, tariff_version=priced.tariff_version
    )


def adjust(difference: Difference, *, reason: str, day: date) -> Transfer:
    """Move only the difference, on `day`: the day it is decided, since a closed period never changes."""
    priced, delta = difference.priced, difference.delta_cents
    holder = holder_account(priced.account_id)
    kind = Kind.ADJUSTMENT if isinstance(priced, PricedMeal) else Kind.SUBSCRIPTION_ADJUSTMENT
    return Transfer(
        transfer_id=difference.transfer_id,
        kind=kind,
        debit=holder if delta > 0 else priced.revenue,
        credit=priced.revenue if delta > 0 else holder,
        amount_cents=abs(delta),
        value_day=day,
        cause=_cause(difference, reason),
        fact=difference.fact,
    )


def _cause(difference: Difference, reason: str) -> Adjusting:
    match difference.priced:
        case PricedMeal() as meal:
            return AdjustmentCause(
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
                split=difference.priced.split,
            )
        case PricedSubscription() as subscription:
            return SubscriptionAdjustmentCause(
                pupil_id=subscription.pupil_id,
                service=subscription.service,
                period=subscription.period.name,
                number=difference.number,
                before_cents=subscription.net_cents,
                after_cents=difference.after_cents,
                tariff_code=difference.tariff_code,
                tariff_version=difference.tariff_version,
                reason=reason,
                basis=difference.basis,
                split=difference.priced.split,
            )


def _name(priced: Priced) -> str:
    return priced.meal_id if isinstance(priced, PricedMeal) else priced.transfer_id
