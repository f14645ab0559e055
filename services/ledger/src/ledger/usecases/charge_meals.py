"""Charge the meals of one partition, in order, at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.accounts import AccountId, holder_account, revenue_account
from ledger.domain.book import Book
from ledger.domain.charging import MEALS, MealFact, MealTaken, MealTakenBack, charge, charge_fact, reverse
from ledger.domain.tariffs import PriceList
from ledger.domain.transfers import Kind, TransferId, charge_id, reversal_id
from ledger.usecases.ports import Ports
from ledger.usecases.post import post_and_tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What became of a batch: every fact is posted or was known already."""

    posted: int
    known: int


async def charge_meals(ports: Ports, meals: Sequence[MealFact]) -> Charged:
    """Charging the same meal twice charges once; withdrawing it twice gives it back once.

    Four reads and two writes however many meals there are.

    Raises PriceUnknownError, MealNotChargedError or TransferConflictError for the whole batch: the caller tries again
    one by one, so that only the guilty one is set aside.
    """
    book = await _open_book(ports, meals)
    prices = PriceList(
        await ports.tariffs.versions(),
        await ports.tariffs.assignments({meal.pupil_id for meal in meals if isinstance(meal, MealTaken)}),
    )
    posted = 0
    for position, meal in enumerate(meals):
        posted += _post(ports, book, prices, meal, position)
    await ports.books.write(book)
    return Charged(posted=posted, known=len(meals) - posted)


def _post(ports: Ports, book: Book, prices: PriceList, meal: MealFact, position: int) -> int:
    price_cents: int | None = None
    match meal:
        case MealTaken():
            if book.knows(charge_id(meal.meal_id), Kind.CHARGE, charge_fact(meal)):
                return 0
            tariff = prices.price(pupil_id=meal.pupil_id, service=MEALS, day=meal.day)
            transfer, price_cents = charge(meal, tariff), tariff.price_cents
        case MealTakenBack():
            transfer = reverse(meal, book.find(charge_id(meal.meal_id)))
    done = post_and_tell(ports, book, transfer, service=MEALS, price_cents=price_cents, cause=position)
    return 0 if done is None else 1


async def _open_book(ports: Ports, meals: Sequence[MealFact]) -> Book:
    transfer_ids: set[TransferId] = set()
    for meal in meals:
        transfer_ids.add(charge_id(meal.meal_id))
        if isinstance(meal, MealTakenBack):
            transfer_ids.add(reversal_id(meal.meal_id))
    known = await ports.books.posted(transfer_ids)
    account_ids: set[AccountId] = {holder_account(meal.account_id) for meal in meals}
    for posted in known.values():
        account_ids |= {posted.transfer.debit, posted.transfer.credit}
    account_ids |= {
        revenue_account(MEALS, meal.school_id, meal.partition) for meal in meals if isinstance(meal, MealTaken)
    }
    return Book(await ports.books.accounts(account_ids), known, booked_at=ports.clock.now())
