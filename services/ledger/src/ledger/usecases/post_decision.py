"""Post what somebody decided: every family touched is told where it stands now."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.accounts import Account, AccountId, is_holder
from ledger.domain.book import Book
from ledger.domain.charging import MEALS
from ledger.domain.decision_errors import CreditTooLowError
from ledger.domain.reservations import NEVER_INTO_DEBT
from ledger.domain.standing import Alert
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
    """None when the book knew the transfer already: nothing is told twice.

    Raises TransferConflictError, and CreditTooLowError where policy is to refuse rather than make a debt.
    """
    posted = book.post(transfer)
    if posted is None:
        return None
    if transfer.kind in NEVER_INTO_DEBT:
        _refuse_debt(book.account(transfer.debit), transfer)
    for account_id in (transfer.debit, transfer.credit):
        if is_holder(account_id):
            tell(ports, book, posted, account_id, alerts_after(ports, book, account_id, service))
    return posted


def _refuse_debt(after: Account, transfer: Transfer) -> None:
    if after.available_cents < 0:
        message = "Il credito disponibile del conto non basta."
        if after.pending.debits_cents:
            message += " Una parte è riservata a un rimborso in attesa di risposta."
        raise CreditTooLowError(message, transfer_id=transfer.transfer_id, missing_cents=-after.available_cents)


def alerts_after(ports: Ports, book: Book, account_id: AccountId, service: str) -> Sequence[Alert]:
    """Where the family stands now, written into the book, and what there is to be told of it."""
    account = book.account(account_id)
    moved, alerts = account.standing.moved(
        balance_cents=account.balance_cents, service=service, steps=ports.policy.steps
    )
    if moved is not account.standing:
        book.stand(account_id, moved)
    return alerts


def tell(
    ports: Ports,
    book: Book,
    posted: Posted,
    account_id: AccountId,
    alerts: Sequence[Alert],
    *,
    cause: int | None = None,
) -> None:
    """To whoever listens to the account; `cause` is the place in the batch of what led to it."""
    for alert in alerts:
        event = alert_event(alert, posted, account_id)
        ports.announce(event, sequence=book.account(account_id).sequence, cause=cause)
