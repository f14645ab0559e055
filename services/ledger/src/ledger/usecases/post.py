"""Post one transfer on a holder's account, move the holder's standing, tell what happened: shared by every verb."""

from __future__ import annotations

from datetime import datetime

from ledger.domain.accounts import AccountId, is_holder
from ledger.domain.book import Book
from ledger.domain.transfers import Posted, Transfer
from ledger.usecases.announcements import alert_event, posted_event, tells_balance
from ledger.usecases.ports import Ports
from refettorio_contracts.ledger import BalanceMoved


def post_and_tell(  # noqa: PLR0913 - each is a different fact of one posting
    ports: Ports,
    book: Book,
    transfer: Transfer,
    *,
    service: str,
    price_cents: int | None = None,
    cause: int | None = None,
    paid_at: datetime | None = None,
) -> Posted | None:
    """None when the book knew the transfer already: nothing is told twice.

    `price_cents` is the price of a meal charged now; it becomes the measure of *meals left*.
    """
    posted = book.post(transfer)
    if posted is None:
        return None
    holder = _holder_of(transfer)
    account = book.account(holder)
    standing = account.standing.priced(price_cents) if price_cents else account.standing
    moved, alerts = standing.moved(balance_cents=account.balance_cents, service=service, steps=ports.policy.steps)
    if moved is not account.standing:
        book.stand(holder, moved)
    event = posted_event(posted, holder, paid_at)
    if event is not None:
        ports.announce(event, sequence=account.sequence, cause=cause)
    for alert in alerts:
        ports.announce(alert_event(alert, posted, holder), sequence=account.sequence, cause=cause)
    return posted


def tell_balances(ports: Ports, book: Book) -> None:
    """After all was posted: the balance of each family whose last transfer tells nothing by itself, once."""
    last: dict[AccountId, Posted] = {}
    for posted in book.new_transfers:
        for side in (posted.transfer.debit, posted.transfer.credit):
            if is_holder(side):
                last[side] = posted
    for holder, posted in last.items():
        if not tells_balance(posted):
            account = book.account(holder)
            moved = BalanceMoved(account_id=holder, balance_cents=account.balance_cents)
            ports.announce(moved, sequence=account.sequence)


def _holder_of(transfer: Transfer) -> AccountId:
    """The side that is a family: charges and negative openings take from it, everything else gives to it."""
    return transfer.debit if is_holder(transfer.debit) else transfer.credit
