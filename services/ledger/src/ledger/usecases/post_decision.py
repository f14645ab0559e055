"""Post what somebody decided: every family touched is told where it stands now."""

from __future__ import annotations

from ledger.domain.accounts import AccountId, is_holder
from ledger.domain.book import Book
from ledger.domain.charging import MEALS
from ledger.domain.transfers import Posted, Transfer
from ledger.usecases.announcements import alert_event
from ledger.usecases.ports import Ports


async def book_for(ports: Ports, *transfers: Transfer) -> Book:
    """The part of the book that `transfers` touch."""
    touched = {account for transfer in transfers for account in (transfer.debit, transfer.credit)}
    return Book(
        await ports.books.accounts(touched),
        await ports.books.posted([transfer.transfer_id for transfer in transfers]),
        booked_at=ports.clock.now(),
    )


def post_decision(ports: Ports, book: Book, transfer: Transfer, *, service: str = MEALS) -> Posted | None:
    """None when the book knew the transfer already: nothing is told twice. Raises TransferConflictError."""
    posted = book.post(transfer)
    if posted is None:
        return None
    for account_id in (transfer.debit, transfer.credit):
        if is_holder(account_id):
            _tell(ports, book, posted, account_id, service)
    return posted


def _tell(ports: Ports, book: Book, posted: Posted, account_id: AccountId, service: str) -> None:
    account = book.account(account_id)
    moved, alerts = account.standing.moved(
        balance_cents=account.balance_cents, service=service, steps=ports.policy.steps
    )
    if moved is not account.standing:
        book.stand(account_id, moved)
    for alert in alerts:
        ports.announce(alert_event(alert, posted, account_id), sequence=account.sequence)
