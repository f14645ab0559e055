"""Services paid by the month or by the year: a pupil who uses one on any day of the period pays all of it."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger.domain.accounts import holder_account, revenue_account
from ledger.domain.families import Enrolled
from ledger.domain.school_year import days_of_school_year
from ledger.domain.tariff_rules import Unit
from ledger.domain.tariffs import PriceList, Quote, Serving
from ledger.domain.transfers import Kind, SubscriptionCause, Transfer, subscription_id

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one pupil owes for one period."""

    enrolled: Enrolled
    period: Period
    quote: Quote


def dues(enrolments: Iterable[Enrolled], prices: PriceList, period: Period) -> tuple[Due, ...]:
    """What is to be paid, priced on the pupil's first day in the period; once for each pupil and service.

    Who pays nothing (a third child, an exemption) is not in it.
    """
    found: dict[tuple[str, str], Due] = {}
    for enrolled in sorted(enrolments, key=lambda each: (each.valid_from, each.enrolment_id)):
        key = (enrolled.pupil_id, enrolled.service)
        day = max(period.first, enrolled.valid_from)
        if key in found or not day <= min(period.last, enrolled.valid_to):
            continue
        serving = Serving(pupil_id=enrolled.pupil_id, account_id=enrolled.account_id, service=enrolled.service, day=day)
        quote = prices.subscription(serving, period.unit)
        if quote is not None and quote.cents > 0:
            found[key] = Due(enrolled=enrolled, period=period, quote=quote)
    return tuple(found.values())


def subscribe(due: Due, *, day: date) -> Transfer:
    """The holder pays the period, on `day`."""
    enrolled, version = due.enrolled, due.quote.version
    return Transfer(
        transfer_id=subscription_id(enrolled.pupil_id, enrolled.service, due.period.name),
        kind=Kind.SUBSCRIPTION,
        debit=holder_account(enrolled.account_id),
        credit=revenue_account(enrolled.service, enrolled.school_id, NO_PARTITION),
        amount_cents=due.quote.cents,
        value_day=day,
        cause=SubscriptionCause(
            pupil_id=enrolled.pupil_id,
            service=enrolled.service,
            period=due.period.name,
            tariff_code=version.code,
            tariff_version=version.version,
            basis=due.quote.basis,
        ),
        fact=(enrolled.pupil_id, enrolled.account_id, enrolled.service, due.period.name),
    )
