"""Services paid by the month or by the year: a pupil who uses one on any day of the period pays all of it.

What was charged is rated again by asking the same question (`due_of`): the charge and the re-rating cannot disagree.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.accounts import AccountId, holder_account, revenue_account
from ledger.domain.families import Enrolled
from ledger.domain.rating import Basis
from ledger.domain.school_year import days_of_school_year
from ledger.domain.shares import Split
from ledger.domain.tariff_rules import Unit
from ledger.domain.tariffs import PriceList, Quote, Serving
from ledger.domain.transfers import (
    Kind,
    Posted,
    SubscriptionCause,
    Transfer,
    TransferId,
    adjusted_cents,
    subscription_id,
)

NO_PARTITION = 0
"""Subscriptions are charged from the desk, not from a partition: one income account per service and school."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`name` is `2025-10` or `2025/26`; `first` and `last` are its days, both inside."""

    name: str
    unit: Unit
    first: date
    last: date

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """A calendar month."""
        last = calendar.monthrange(year, month)[1]
        return cls(name=f"{year}-{month:02d}", unit="month", first=date(year, month, 1), last=date(year, month, last))

    @classmethod
    def school_year(cls, name: str) -> Period:
        """`2025/26`."""
        first, last = days_of_school_year(name)
        return cls(name=name, unit="year", first=first, last=last)

    @classmethod
    def named(cls, name: str) -> Period:
        """A month or a school year by its name. Raises ValueError on another one."""
        if "/" in name:
            return cls.school_year(name)
        year, _, month = name.partition("-")
        return cls.month(int(year), int(month))

    def meets(self, first: date, last: date) -> bool:
        """Whether some day from `first` to `last` is in it; none is when they are upside down."""
        return max(self.first, first) <= min(self.last, last)


def months_between(first: date, last: date) -> tuple[Period, ...]:
    """Every month of which some day is from `first` to `last`."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return tuple(Period.month(number // 12, number % 12 + 1) for number in months)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one pupil owes for one period; nothing at all when they ride free."""

    enrolled: Enrolled
    period: Period
    quote: Quote

    @property
    def transfer_id(self) -> TransferId:
        """Under which it is, or would be, in the book."""
        return subscription_id(self.enrolled.pupil_id, self.enrolled.service, self.period.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSubscription:
    """A period that cost nothing (a third child, an exemption): no money moved, but it may be rated again."""

    pupil_id: str
    account_id: str
    service: str
    school_id: str
    period: str
    tariff_code: str
    tariff_version: str
    basis: Basis | None = None
    split: Split | None = None

    @property
    def transfer_id(self) -> TransferId:
        """Under which it would be in the book."""
        return subscription_id(self.pupil_id, self.service, self.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedSubscription:
    """A period of one pupil as the book has it now: `net_cents` after `adjustments` of them."""

    account_id: str
    pupil_id: str
    service: str
    period: Period
    revenue: AccountId
    tariff_code: str
    tariff_version: str
    net_cents: int
    adjustments: int
    split: Split | None = None

    @property
    def transfer_id(self) -> TransferId:
        """Under which it was charged, or would have been had it cost something."""
        return subscription_id(self.pupil_id, self.service, self.period.name)


def dues(enrolments: Iterable[Enrolled], prices: PriceList, period: Period) -> tuple[Due, ...]:
    """What is to be paid, once for each pupil and service; who rides free is there with a price of nothing."""
    found = (due_of(each, prices, period) for each in by_pupil(enrolments).values())
    return tuple(due for due in found if due is not None)


def due_of(enrolments: Sequence[Enrolled], prices: PriceList, period: Period) -> Due | None:
    """What a pupil with these enrolments of one service, in order, owes: priced on their first day in the period.

    None where they do not use the service in it, or do not pay it by this unit.
    """
    for enrolled in enrolments:
        if not period.meets(enrolled.valid_from, enrolled.valid_to):
            continue
        quote = prices.subscription(_serving(enrolled, period), period.unit)
        if quote is not None:
            return Due(enrolled=enrolled, period=period, quote=quote)
    return None


def has_no_tariff(enrolments: Iterable[Enrolled], prices: PriceList, period: Period) -> bool:
    """Whether a pupil uses the service in the period and nothing says what it costs."""
    inside = [_serving(each, period) for each in enrolments if period.meets(each.valid_from, each.valid_to)]
    return bool(inside) and all(
        prices.find(pupil_id=each.pupil_id, service=each.service, day=each.day) is None for each in inside
    )


def by_pupil(enrolments: Iterable[Enrolled]) -> dict[tuple[str, str], list[Enrolled]]:
    """Enrolments by (pupil, service); the one that began first is asked first."""
    found: dict[tuple[str, str], list[Enrolled]] = {}
    for enrolled in sorted(enrolments, key=lambda each: (each.valid_from, each.enrolment_id)):
        found.setdefault((enrolled.pupil_id, enrolled.service), []).append(enrolled)
    return found


def _serving(enrolled: Enrolled, period: Period) -> Serving:
    day = max(period.first, enrolled.valid_from)
    return Serving(
        pupil_id=enrolled.pupil_id,
        account_id=enrolled.account_id,
        service=enrolled.service,
        day=day,
        kind=enrolled.kind,
    )


def subscribe(due: Due, *, day: date) -> Transfer:
    """The holder pays the period, on `day`; what is due is above zero."""
    enrolled, version = due.enrolled, due.quote.version
    return Transfer(
        transfer_id=due.transfer_id,
        kind=Kind.SUBSCRIPTION,
        debit=holder_account(enrolled.account_id),
        credit=_revenue(enrolled.service, enrolled.school_id),
        amount_cents=due.quote.cents,
        value_day=day,
        cause=SubscriptionCause(
            pupil_id=enrolled.pupil_id,
            service=enrolled.service,
            period=due.period.name,
            tariff_code=version.code,
            tariff_version=version.version,
            basis=due.quote.basis,
            split=due.quote.split,
        ),
        fact=(enrolled.pupil_id, enrolled.account_id, enrolled.service, due.period.name),
    )


def ride_free(due: Due) -> FreeSubscription:
    """What is kept of a period that costs nothing."""
    enrolled, version = due.enrolled, due.quote.version
    return FreeSubscription(
        pupil_id=enrolled.pupil_id,
        account_id=enrolled.account_id,
        service=enrolled.service,
        school_id=enrolled.school_id,
        period=due.period.name,
        tariff_code=version.code,
        tariff_version=version.version,
        basis=due.quote.basis,
        split=due.quote.split,
    )


def charged_subscription(charge: Posted, adjustments: Sequence[Posted]) -> PricedSubscription:
    """A period that was charged. Raises TypeError on another kind of transfer."""
    transfer, cause = charge.transfer, charge.transfer.cause
    if not isinstance(cause, SubscriptionCause):
        message = f"{transfer.transfer_id} is not a subscription"
        raise TypeError(message)
    return PricedSubscription(
        account_id=transfer.debit,
        pupil_id=cause.pupil_id,
        service=cause.service,
        period=Period.named(cause.period),
        revenue=transfer.credit,
        tariff_code=cause.tariff_code,
        tariff_version=cause.tariff_version,
        net_cents=transfer.amount_cents + adjusted_cents(adjustments),
        adjustments=len(adjustments),
        split=cause.split,
    )


def free_subscription(free: FreeSubscription, adjustments: Sequence[Posted]) -> PricedSubscription:
    """A period that cost nothing when it was charged."""
    return PricedSubscription(
        account_id=free.account_id,
        pupil_id=free.pupil_id,
        service=free.service,
        period=Period.named(free.period),
        revenue=_revenue(free.service, free.school_id),
        tariff_code=free.tariff_code,
        tariff_version=free.tariff_version,
        net_cents=adjusted_cents(adjustments),
        adjustments=len(adjustments),
        split=free.split,
    )


def _revenue(service: str, school_id: str) -> AccountId:
    return revenue_account(service, school_id, NO_PARTITION)
