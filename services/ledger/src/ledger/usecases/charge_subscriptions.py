"""Charge a month or a school year of the services that are not paid by the meal."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.book import Book
from ledger.domain.subscriptions import Due, Period, dues, subscribe
from ledger.usecases.ports import Ports, PriceSources
from ledger.usecases.post import post_and_tell
from ledger.usecases.price_list import price_list_for
from refettorio_chassis.clock import rome_day


async def due_in(sources: PriceSources, period: Period) -> Sequence[Due]:
    """What all pupils owe for the period, posted or not."""
    enrolments = await sources.families.enrolled_between(period.first, period.last)
    prices = await price_list_for(
        sources,
        await sources.tariffs.versions(),
        pupils={each.pupil_id for each in enrolments},
        accounts={each.account_id for each in enrolments},
    )
    return dues(enrolments, prices, period)


async def charge_subscriptions(ports: Ports, owed: Sequence[Due]) -> int:
    """Post a page of them and say how many were new: a pupil pays a period of a service once."""
    now = ports.clock.now()
    transfers = [subscribe(due, day=rome_day(now)) for due in owed]
    book = Book(
        await ports.books.accounts({side for each in transfers for side in (each.debit, each.credit)}),
        await ports.books.posted({each.transfer_id for each in transfers}),
        booked_at=now,
    )
    posted = 0
    for due, transfer in zip(owed, transfers, strict=True):
        posted += post_and_tell(ports, book, transfer, service=due.enrolled.service) is not None
    await ports.books.write(book)
    return posted
