"""How much to suggest when a holder tops up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from ledger.domain.accounts import Account
from ledger.domain.families import Enrolled
from ledger.domain.shares import Agreements
from ledger.domain.tariffs import PriceList, TariffAssignment, TariffVersion

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


def meals_ahead(enrolled: Iterable[Enrolled], service: str, today: date, *, weeks: int | None = None) -> int | None:
    """Meals of all pupils from tomorrow to the end of their enrolments; None when none is running or to come.

    With `weeks` no farther than that.
    """
    farthest = date.max if weeks is None else today + timedelta(weeks=weeks)
    last_days: dict[str, tuple[date, date]] = {}
    for each in enrolled:
        if each.service == service and each.valid_to > today:
            last_days[each.stay_id] = (max(each.valid_from, today + timedelta(days=1)), min(each.valid_to, farthest))
    return sum(meal_days(first, last) for first, last in last_days.values()) if last_days else None


def suggested_top_up(
    *, balance_cents: int, price_cents: int, pupils: int, ahead: int | None = None, in_flight_cents: int = 0
) -> int | None:
    """Whole euros that pay the meals `ahead`; where none are known, a month for each pupil. None when it is there.

    What is being paid right now (`in_flight_cents`) counts as there.
    """
    meals = SUGGESTED_MEALS * pupils if ahead is None else ahead
    missing = meals * price_cents - balance_cents - in_flight_cents
    return -(-missing // _EURO) * _EURO if missing > 0 and pupils > 0 else None


def suggestion_for(
    account: Account, *, price_cents: int | None, pupils: int, ahead: int | None = None, in_flight_cents: int = 0
) -> int | None:
    """What is suggested to the holder of `account`, on what remains of its balance; None without a price."""
    if not price_cents:
        return None
    # A refund takes no more than what is there when it is approved.
    reserved = min(account.pending.debits_cents, max(0, account.balance_cents))
    return suggested_top_up(
        balance_cents=account.balance_cents - reserved,
        price_cents=price_cents,
        pupils=pupils,
        ahead=ahead,
        in_flight_cents=in_flight_cents,
    )


def meal_price(
    account: Account,
    versions: Sequence[TariffVersion],
    assignments: Sequence[TariffAssignment],
    today: date,
    agreements: Agreements,
) -> int | None:
    """The price to count meals with: the account's part of what the next meal costs by today's tariff, else the last.

    `assignments` are of pupils whose costs it bears something of; how much, is what is agreed for tomorrow.
    """
    prices, tomorrow = PriceList(versions, assignments), today + timedelta(days=1)
    assigned = sorted(
        (a for a in assignments if a.valid_from <= today), key=lambda found: found.valid_from, reverse=True
    )
    for assignment in assigned:
        version = prices.find(pupil_id=assignment.pupil_id, service=assignment.service, day=today)
        if version is None:
            continue
        last = account.standing.meal_price_cents if version.rule is not None else None
        return last or agreements.borne(version.price_cents, account_id=account.account_id, of=assignment, day=tomorrow)
    return account.standing.meal_price_cents
