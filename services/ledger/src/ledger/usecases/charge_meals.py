"""Charge the meals of one partition, in order, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledger.domain.accounts import AccountId, holder_account, revenue_account
from ledger.domain.book import Book
from ledger.domain.charging import MEALS, MealFact, MealTaken, MealTakenBack, charge, reverse, serving, taken_fact
from ledger.domain.errors import TransferConflictError
from ledger.domain.rerating import FreeMeal, PricedMeal, adjust, charged_meal, free_meal, undone
from ledger.domain.tariffs import PriceList, Quote
from ledger.domain.transfers import Kind, Posted, Transfer, TransferId, charge_id, reversal_id, split_of
from ledger.usecases.ports import Ports
from ledger.usecases.post import post_and_tell, tell_balances
from ledger.usecases.price_list import price_list_for
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What became of a batch: every fact is posted or was known already."""

    posted: int
    known: int


@dataclass(slots=True, kw_only=True)
class _Batch:
    """`free` and `adjustments` are by meal, and of the meals at hand only. `is_shared`: some may be shared."""

    ports: Ports
    book: Book
    is_shared: bool
    prices: PriceList
    free: dict[str, FreeMeal]
    adjustments: Mapping[str, Sequence[Posted]]
    new_free: dict[str, FreeMeal] = field(default_factory=dict)

    def keep_free(self, free: FreeMeal) -> None:
        self.free[free.meal.meal_id] = self.new_free[free.meal.meal_id] = free


async def charge_meals(ports: Ports, meals: Sequence[MealFact]) -> Charged:
    """Charging the same meal twice charges once; withdrawing it twice gives it back once.

    A few reads and two writes however many meals there are; a meal that costs nothing is kept aside from the book.

    Raises PriceUnknownError, MealNotChargedError or TransferConflictError for the whole batch: the caller tries again
    one by one, so that only the guilty one is set aside.
    """
    batch = await _open(ports, meals)
    posted = 0
    for position, meal in enumerate(meals):
        posted += _take(batch, meal, position) if isinstance(meal, MealTaken) else _give_back(batch, meal, position)
    if batch.adjustments or batch.is_shared:
        tell_balances(ports, batch.book)
    await ports.books.write(batch.book)
    if batch.new_free:
        await ports.meals.keep_free(list(batch.new_free.values()))
    return Charged(posted=posted, known=len(meals) - posted)


def _take(batch: _Batch, meal: MealTaken, position: int) -> int:
    if _knows_charged(batch, meal) or _knows_free(batch, meal):
        return 0
    quote = batch.prices.quote(serving(meal))
    if quote.cents == 0:
        batch.keep_free(_free(meal, quote))
        return 1
    transfer = charge(meal, quote)
    done = post_and_tell(batch.ports, batch.book, transfer, service=MEALS, cause=position)
    return 0 if done is None else 1


def _give_back(batch: _Batch, meal: MealTakenBack, position: int) -> int:
    """What adjustments had changed goes first, then exactly what was charged; where that leaves both is told once."""
    charged, free = batch.book.find(charge_id(meal.meal_id)), batch.free.get(meal.meal_id)
    adjustments = batch.adjustments.get(meal.meal_id, ())
    if charged is None and free is not None and free.meal.account_id == meal.account_id:
        if free.is_taken_back:
            return 0
        batch.keep_free(replace(free, is_taken_back=True))
        closing = _closing(batch, free_meal(free, adjustments), 0, meal)
        if closing is not None:
            post_and_tell(batch.ports, batch.book, closing, service=MEALS, cause=position)
        return 1
    transfer, closing = reverse(meal, charged), None
    if charged is not None and adjustments:
        closing = _closing(batch, charged_meal(charged, adjustments), charged.transfer.amount_cents, meal)
    done = post_and_tell(batch.ports, batch.book, transfer, service=MEALS, cause=position, closing=closing)
    return 0 if done is None else 1


def _closing(batch: _Batch, priced: PricedMeal, after_cents: int, meal: MealTakenBack) -> Transfer | None:
    if priced.net_cents == after_cents:
        return None
    return adjust(undone(priced, after_cents), reason=meal.reason, day=rome_day(batch.ports.clock.now()))


def _knows_charged(batch: _Batch, meal: MealTaken) -> bool:
    transfer_id = charge_id(meal.meal_id)
    return batch.book.find(transfer_id) is not None and batch.book.knows(transfer_id, Kind.CHARGE, taken_fact(meal))


def _knows_free(batch: _Batch, meal: MealTaken) -> bool:
    known = batch.free.get(meal.meal_id)
    if known is None:
        return False
    if taken_fact(known.meal) != taken_fact(meal):
        message = "Lo stesso pasto risulta già registrato con un contenuto diverso."
        raise TransferConflictError(message, meal_id=meal.meal_id)
    return True


def _free(meal: MealTaken, quote: Quote) -> FreeMeal:
    return FreeMeal(
        meal=meal,
        tariff_code=quote.version.code,
        tariff_version=quote.version.version,
        basis=quote.basis,
        split=quote.split,
    )


async def _open(ports: Ports, meals: Sequence[MealFact]) -> _Batch:
    """Flat tariffs alone need nothing of the families; only they can never have given a free meal."""
    taken = [meal for meal in meals if isinstance(meal, MealTaken)]
    taken_back = {meal.meal_id for meal in meals if isinstance(meal, MealTakenBack)}
    versions = await ports.tariffs.versions()
    has_rules = any(version.rule is not None for version in versions)
    prices = await price_list_for(
        ports, versions, pupils={meal.pupil_id for meal in taken}, accounts={meal.account_id for meal in taken}
    )
    free = await ports.meals.free({meal.meal_id for meal in meals}) if has_rules else {}
    adjustments = await ports.meals.adjustments(taken_back) if taken_back else {}
    known = await _known(ports, meals)
    seconds = prices.seconds | _seconds_of(known.values(), free.values())
    book = await _open_book(ports, meals, free, known, seconds)
    return _Batch(
        ports=ports, book=book, is_shared=bool(seconds), prices=prices, free=dict(free), adjustments=adjustments
    )


async def _known(ports: Ports, meals: Sequence[MealFact]) -> Mapping[TransferId, Posted]:
    transfer_ids: set[TransferId] = set()
    for meal in meals:
        transfer_ids.add(charge_id(meal.meal_id))
        if isinstance(meal, MealTakenBack):
            transfer_ids.add(reversal_id(meal.meal_id))
    return await ports.books.posted(transfer_ids)


def _seconds_of(known: Iterable[Posted], free: Iterable[FreeMeal]) -> set[str]:
    """Who bears a part of what was charged before: it may be given back to them now."""
    splits = [*(split_of(each.transfer) for each in known), *(each.split for each in free)]
    return {split.account_id for split in splits if split is not None}


async def _open_book(
    ports: Ports,
    meals: Sequence[MealFact],
    free: Mapping[str, FreeMeal],
    known: Mapping[TransferId, Posted],
    seconds: Collection[str],
) -> Book:
    account_ids: set[AccountId] = {holder_account(name) for name in {*(meal.account_id for meal in meals), *seconds}}
    for posted in known.values():
        account_ids |= {posted.transfer.debit, posted.transfer.credit}
    account_ids |= {
        revenue_account(MEALS, meal.school_id, meal.partition) for meal in meals if isinstance(meal, MealTaken)
    }
    account_ids |= {free_meal(each, ()).revenue for each in free.values()}
    return Book(await ports.books.accounts(account_ids), known, booked_at=ports.clock.now())
