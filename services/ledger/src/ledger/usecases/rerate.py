"""Rate again what was eaten, and what is paid by the month or by the year: look first, then post only differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from ledger.domain.accounts import AccountId, holder_account
from ledger.domain.book import Book
from ledger.domain.errors import PreviewStaleError, TransferConflictError
from ledger.domain.families import Declaration
from ledger.domain.repricing import Preview, Repriced, preview_id, reprice, reprice_subscriptions
from ledger.domain.rerating import Difference, Priced, PricedMeal, adjust
from ledger.domain.retention import check_is_declared, is_declared
from ledger.domain.transfers import Posted, TransferId, reversal_id
from ledger.usecases.ports import Families, Meals, Ports, Subscriptions, Tariffs
from ledger.usecases.post import post_and_tell, tell_balances
from ledger.usecases.price_list import price_list_for
from refettorio_chassis.audit import AuditLine
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSources:
    """What is read to rate a span again; outside any transaction, since it may be the meals of a whole year."""

    tariffs: Tariffs
    families: Families
    meals: Meals
    subscriptions: Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days that are rated again, both inside; with `code` only one tariff, with `account_id` only one family.

    Of a subscription some day in the span is enough: it was charged whole and is rated whole.
    """

    first: date
    last: date
    code: str | None = None
    account_id: str | None = None


async def reprice_span(
    sources: RatingSources, span: Span, *, today: date, declared: Declaration | None = None
) -> Repriced:
    """Every meal and subscription of the span, before and after; as if `declared` were registered.

    A subscription that began when declarations may be gone is left as it is, and counted as unpriced.
    Raises DeclarationsForgottenError.
    """
    check_is_declared(span.first, today)
    meals = await sources.meals.between(span.first, span.last, account_id=span.account_id)
    every = await sources.subscriptions.between(span.first, span.last, account_id=span.account_id)
    subscriptions = [each for each in every if is_declared(each.period.first, today)]
    charged: list[Priced] = [*meals, *subscriptions]
    prices = await price_list_for(
        sources,
        await sources.tariffs.versions(),
        pupils={each.pupil_id for each in charged},
        accounts={each.account_id for each in charged},
        declared=declared,
    )
    repriced = reprice(meals, prices, code=span.code) + Repriced(unpriced=len(every) - len(subscriptions))
    if not subscriptions:
        return repriced
    enrolments = await sources.families.enrolled_between(
        min(each.period.first for each in subscriptions), max(each.period.last for each in subscriptions)
    )
    return repriced + reprice_subscriptions(subscriptions, enrolments, prices, code=span.code)


def preview_of(repriced: Repriced, span: Span, *, now: datetime) -> Preview:
    """The summary under which the differences are kept."""
    return Preview(
        preview_id=preview_id(repriced, **asdict(span)),
        code=span.code,
        account_id=span.account_id,
        first=span.first,
        last=span.last,
        made_at=now,
        meals=repriced.meals,
        subscriptions=repriced.subscriptions,
        before_cents=repriced.before_cents,
        after_cents=repriced.after_cents,
        families=len(repriced.by_account),
        lines=len(repriced.differences),
        unpriced=repriced.unpriced,
    )


async def keep_preview_lines(ports: Ports, name: str, start: int, lines: Sequence[Difference]) -> None:
    """A page of a preview."""
    await ports.reratings.add_lines(name, start, lines)


async def keep_preview(ports: Ports, preview: Preview) -> Preview:
    """The preview, once its lines are kept; the one made first when it says the same."""
    known = await ports.reratings.preview(preview.preview_id)
    if known is not None:
        return known
    await ports.reratings.add(preview)
    return preview


async def post_differences(ports: Ports, lines: Sequence[Difference], *, reason: str) -> int:
    """Post a page; those posted before are not posted again, and meals taken back since owe nothing.

    Gives how many were posted now. Raises PreviewStaleError when something in it was rated again since.
    """
    book = await _open(ports, lines)
    free = await ports.meals.free({meal.meal_id for meal in _meals(lines)})
    taken_back = {name for name, meal in free.items() if meal.is_taken_back}
    taken_back |= {meal.meal_id for meal in _meals(lines) if book.find(reversal_id(meal.meal_id)) is not None}
    day, posted = rome_day(ports.clock.now()), 0
    for line in lines:
        if isinstance(line.priced, PricedMeal) and line.priced.meal_id in taken_back:
            continue
        try:
            done = post_and_tell(ports, book, adjust(line, reason=reason, day=day), service=line.priced.service)
        except TransferConflictError as refusal:
            message = "Dopo l'anteprima qualcosa è stato ricalcolato: rifai l'anteprima."
            raise PreviewStaleError(message, transfer_id=line.transfer_id) from refusal
        posted += done is not None
    tell_balances(ports, book)
    await ports.books.write(book)
    return posted


async def close_rerating(ports: Ports, preview: Preview, *, by: str) -> Preview:
    """All its differences are in the book."""
    if preview.posted_at is not None:
        return preview
    now = ports.clock.now()
    await ports.reratings.mark_posted(preview.preview_id, now)
    line = AuditLine(
        who=by,
        role="office",
        what="rerating.posted",
        subject=f"rerating/{preview.preview_id}",
        at=now,
        details={"families": str(preview.families), "delta_cents": str(preview.delta_cents)},
    )
    await ports.audit(line)
    return replace(preview, posted_at=now)


async def _open(ports: Ports, lines: Sequence[Difference]) -> Book:
    transfer_ids: set[TransferId] = set()
    account_ids: set[AccountId] = set()
    for line in lines:
        transfer_ids.add(line.transfer_id)
        account_ids |= {holder_account(line.priced.account_id), line.priced.revenue}
        if line.priced.split is not None:
            account_ids.add(holder_account(line.priced.split.account_id))
    transfer_ids |= {reversal_id(meal.meal_id) for meal in _meals(lines)}
    known: dict[TransferId, Posted] = dict(await ports.books.posted(transfer_ids))
    return Book(await ports.books.accounts(account_ids), known, booked_at=ports.clock.now())


def _meals(lines: Sequence[Difference]) -> list[PricedMeal]:
    return [line.priced for line in lines if isinstance(line.priced, PricedMeal)]
