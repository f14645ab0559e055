"""Carry a balance over from the system used before."""

from __future__ import annotations

from ledger.domain.accounts import OPENING_EQUITY, Account, holder_account
from ledger.domain.book import Book
from ledger.domain.charging import MEALS
from ledger.domain.openings import opening
from ledger.usecases.ports import Ports
from ledger.usecases.post import post_and_tell, tell_balances
from refettorio_chassis.clock import rome_day


async def open_balance(ports: Ports, *, account_id: str, amount_cents: int, reason: str) -> Account:
    """The same account, reason and amount twice is once; with another amount it raises TransferConflictError."""
    now = ports.clock.now()
    transfer = opening(account_id=account_id, amount_cents=amount_cents, reason=reason, day=rome_day(now))
    holder = holder_account(account_id)
    book = Book(
        await ports.books.accounts([holder, OPENING_EQUITY]),
        await ports.books.posted([transfer.transfer_id]),
        booked_at=now,
    )
    post_and_tell(ports, book, transfer, service=MEALS)
    tell_balances(ports, book)
    await ports.books.write(book)
    return book.account(holder)
