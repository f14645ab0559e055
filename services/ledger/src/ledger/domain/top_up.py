"""How much to suggest when a holder tops up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.domain.accounts import Account
from ledger.domain.charging import MEALS
from ledger.domain.errors import PriceUnknownError
from ledger.domain.families import Enrolled
from ledger.domain.shares import Agreements
from ledger.domain.tariffs import PriceList, Serving, TariffAssignment, TariffVersion

SUGGESTED_MEALS: Final = 20
"""About one month of school days."""

_EURO: Final = 100
_SATURDAY: Final = 5
_CLOSED: Final = frozenset(
    {(1, day) for day in range(1, 7)}
    | {(4, 25), (5, 1), (6, 2), (11, 1), (12, 8)}
    | {(12, day) for day in range(24, 32)}
)
"""National holidays (L. 260/1949) and the Christmas break; Easter and a school's own closures are left out: a guess."""


def meal_days(first: date, last: date) -> int:
    """Days from `first` to `last`, both inside, on which schools usually serve: no week-ends, holidays or Christmas."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sum(day.weekday() < _SATURDAY and (day.month, day.day) not in _CLOSED for day in days)


@dataclass(frozen=True, slots=True, kw_only=True)
class MealsAhead:
    """So many meals of one stay of a pupil, from `first` on (a Rome day, tomorrow at the earliest)."""

    enrolled: Enrolled
    first: date
    number: int


def meals_ahead(enrolled: Iterable[Enrolled], today: date, *, weeks: int | None = None) -> list[MealsAhead]:
    """Meals from tomorrow to the end of enrolments that are running or to come; with `weeks` no farther than that."""
    farthest = date.max if weeks is None else today + timedelta(weeks=weeks)
    found = []
    for each in enrolled:
        if each.service == MEALS and each.valid_to > today:
            first = max(each.valid_from, today + timedelta(days=1))
            number = meal_days(first, min(each.valid_to, farthest))
            found.append(MealsAhead(enrolled=each, first=first, number=number))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCome:
    """What an account bears of the meals to come, cents: of one meal of every pupil, and of all that are known.

    `ahead_cents` is None where no enrolment is running or to come.
    """

    each_cents: int = 0
    ahead_cents: int | None = None

    @property
    def cents(self) -> int:
        """Of those ahead; where none are known, of a month."""
        return SUGGESTED_MEALS * self.each_cents if self.ahead_cents is None else self.ahead_cents


def borne_to_come(
    prices: PriceList, assigned: Iterable[TariffAssignment], ahead: Iterable[MealsAhead], today: date
) -> Mapping[str, ToCome]:
    """By account, what it bears of the meals to come of each pupil: by the price of their first one, and what is agreed
    for that day. What has no price is not counted; who bears nothing is left out.
    """
    tomorrow = today + timedelta(days=1)
    each_cents: Counter[str] = Counter()
    for pupil_id, account_id in sorted({(a.pupil_id, a.account_id) for a in assigned if a.service == MEALS}):
        each_cents.update(_parts(prices, pupil_id, account_id, tomorrow))
    ahead_cents: Counter[str] = Counter()
    for meals in ahead:
        parts = _parts(prices, meals.enrolled.pupil_id, meals.enrolled.account_id, meals.first)
        ahead_cents.update({account_id: cents * meals.number for account_id, cents in parts.items()})
    return {
        account_id: ToCome(each_cents=each_cents[account_id], ahead_cents=ahead_cents.get(account_id))
        for account_id in each_cents.keys() | ahead_cents.keys()
    }


def suggested_top_up(*, balance_cents: int, to_come_cents: int, in_flight_cents: int = 0) -> int | None:
    """Whole euros that pay what is to come. None when it is there.

    What is being paid right now (`in_flight_cents`) counts as there.
    """
    missing = to_come_cents - balance_cents - in_flight_cents
    return -(-missing // _EURO) * _EURO if missing > 0 else None


def suggestion_for(account: Account, *, to_come: ToCome | None, in_flight_cents: int = 0) -> int | None:
    """What is suggested to the holder of `account`, on what remains of its balance; None who bears nothing to come."""
    if to_come is None:
        return None
    # A refund takes no more than what is there when it is approved.
    reserved = min(account.pending.debits_cents, max(0, account.balance_cents))
    return suggested_top_up(
        balance_cents=account.balance_cents - reserved,
        to_come_cents=to_come.cents,
        in_flight_cents=in_flight_cents,
    )


def _parts(prices: PriceList, pupil_id: str, account_id: str, day: date) -> dict[str, int]:
    """Who bears how much of a meal of that day, cents above zero."""
    try:
        quote = prices.quote(Serving(pupil_id=pupil_id, account_id=account_id, service=MEALS, day=day))
    except PriceUnknownError:
        return {}
    parts = {account_id: quote.cents}
    if quote.split is not None:
        second_cents = quote.split.part_of(quote.cents)
        parts = {account_id: quote.cents - second_cents, quote.split.account_id: second_cents}
    return {bearer: cents for bearer, cents in parts.items() if cents}


def meal_price(
    account: Account,
    versions: Sequence[TariffVersion],
    assignments: Sequence[TariffAssignment],
    today: date,
    agreements: Agreements,
) -> int | None:
    """The price to count meals with: the account's part of the next meal of the child dearest to it, else of the last.

    By today's tariffs, where none of them has a rule. `assignments` are of pupils whose costs it bears something of;
    how much, is what is agreed for tomorrow. The ladder of alerts is measured by the dearest child too.
    """
    prices, tomorrow = PriceList(versions, assignments), today + timedelta(days=1)
    begun = sorted((a for a in assignments if a.valid_from <= today and a.service == MEALS), key=lambda a: a.valid_from)
    found = [
        (prices.find(pupil_id=assignment.pupil_id, service=MEALS, day=today), assignment)
        for assignment in {a.pupil_id: a for a in begun}.values()
    ]
    priced = [(version, assignment) for version, assignment in found if version is not None]
    last = account.standing.meal_price_cents
    if last and any(version.rule is not None for version, _ in priced):
        return last
    own = (agreements.borne(v.price_cents, account_id=account.account_id, of=a, day=tomorrow) for v, a in priced)
    return max(own, default=last)
