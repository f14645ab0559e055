"""Rate again what was eaten: look first, then post only the differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger.domain.accounts import AccountId, holder_account
from ledger.domain.book import Book
from ledger.domain.charging import MEALS
from ledger.domain.errors import PreviewStaleError, TransferConflictError
from ledger.domain.rerating import Difference, Preview, Repriced, adjust, preview_id, reprice
from ledger.domain.tariffs import TariffVersion
from ledger.domain.transfers import Posted, TransferId, adjustment_id, reversal_id
from ledger.usecases.ports import Families, Meals, Ports, Tariffs
from ledger.usecases.post import post_and_tell
from ledger.usecases.price_list import price_list_for
from refettorio_chassis.audit import AuditLine
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSources:
    """What is read to rate a span again; outside any transaction, since it may be the meals of a whole year."""

    tariffs: Tariffs
    families: Families
    meals: Meals


async def reprice_span(
    sources: RatingSources, *, first: date, last: date, code: str | None = None, draft: TariffVersion | None = None
) -> Repriced:
    """Every meal of the span, before and after. With a `draft`, it takes the place of the tariff of its code."""
    meals = await sources.meals.between(first, last)
    versions = list(await sources.tariffs.versions())
    if draft is not None:
        versions = [each for each in versions if each.code != draft.code] + [draft]
    prices = await price_list_for(
        sources,
        versions,
        pupils={meal.pupil_id for meal in meals},
        accounts={meal.account_id for meal in meals},
    )
    return reprice(meals, prices, code=code)


def preview_of(repriced: Repriced, *, code: str | None, first: date, last: date, now: datetime) -> Preview:
    """The summary under which the differences are kept."""
    return Preview(
        preview_id=preview_id(repriced.differences, first=first, last=last),
        code=code,
        first=first,
        last=last,
        made_at=now,
        meals=repriced.meals,
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

    Gives how many were posted now. Raises PreviewStaleError when a meal was rated again since.
    """
    book = await _open(ports, lines)
    free = await ports.meals.free({line.meal.meal_id for line in lines})
    day, posted = rome_day(ports.clock.now()), 0
    for line in lines:
        kept = free.get(line.meal.meal_id)
        if book.find(reversal_id(line.meal.meal_id)) is not None or (kept is not None and kept.is_taken_back):
            continue
        try:
            done = post_and_tell(ports, book, adjust(line, reason=reason, day=day), service=MEALS)
        except TransferConflictError as refusal:
            message = "Dopo l'anteprima un pasto è stato ricalcolato: rifai l'anteprima."
            raise PreviewStaleError(message, meal_id=line.meal.meal_id) from refusal
        posted += done is not None
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
        transfer_ids |= {adjustment_id(line.meal.meal_id, line.number), reversal_id(line.meal.meal_id)}
        account_ids |= {holder_account(line.meal.account_id), line.meal.revenue}
    known: dict[TransferId, Posted] = dict(await ports.books.posted(transfer_ids))
    return Book(await ports.books.accounts(account_ids), known, booked_at=ports.clock.now())
