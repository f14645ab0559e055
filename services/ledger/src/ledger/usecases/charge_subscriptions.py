"""Charge a month or a school year of the services that are not paid by the meal."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.book import Book
from ledger.domain.sharing import touched_by
from ledger.domain.subscriptions import Due, Period, dues, ride_free, subscribe
from ledger.usecases.ports import Ports, PriceSources
from ledger.usecases.post import post_and_tell, tell_balances
from ledger.usecases.price_list import price_list_for
from refettorio_chassis.clock import rome_day


async def due_in(sources: PriceSources, period: Period) -> Sequence[Due]:
    """What all pupils owe for the period, posted or not; those who ride free with a price of nothing."""
    enrolments = await sources.families.enrolled_between(period.first, period.last)
    prices = await price_list_for(
        sources,
        await sources.tariffs.versions(),
        pupils={each.pupil_id for each in enrolments},
        accounts={each.account_id for each in enrolments},
    )
    return dues(enrolments, prices, period)


async def charge_subscriptions(ports: Ports, owed: Sequence[Due]) -> int:
    """Post a page of them and say how many were new: a pupil pays a period of a service once, on one account.

    What was charged before stays as it was, also at another price now: that is for a re-rating. What costs nothing is
    kept aside from the book, and counts as charged.
    """
    now = ports.clock.now()
    names = {due.transfer_id for due in owed}
    known = await ports.books.posted(names)
    free = await ports.subscriptions.free(names)
    fresh = [due for due in owed if due.transfer_id not in known and due.transfer_id not in free]
    paying = [due for due in fresh if due.quote.cents > 0]
    transfers = [subscribe(due, day=rome_day(now)) for due in paying]
    accounts = await ports.books.accounts({account for each in transfers for account in touched_by(each)})
    book = Book(accounts, known, booked_at=now)
    for due, transfer in zip(paying, transfers, strict=True):
        post_and_tell(ports, book, transfer, service=due.enrolled.service)
    tell_balances(ports, book)
    await ports.books.write(book)
    riding_free = [ride_free(due) for due in fresh if due.quote.cents == 0]
    if riding_free:
        await ports.subscriptions.keep_free(riding_free)
    return len(transfers)
