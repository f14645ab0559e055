"""Post one transfer on a holder's account, move the holder's standing, tell what happened: shared by every verb."""

from __future__ import annotations

from datetime import datetime

from ledger.domain.accounts import AccountId, is_holder
from ledger.domain.book import Book
from ledger.domain.sharing import holder_of, own_part, share_of
from ledger.domain.transfers import Posted, Transfer
from ledger.usecases.announcements import posted_event, tells_balance
from ledger.usecases.ports import Ports
from ledger.usecases.post_decision import alerts_after, tell
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

    What a second guardian bears of it is posted with it, and both stand where they stand after both: a debt that one
    bears for the other is never told. `price_cents` is the price of a meal charged now; each one's part of it becomes
    their measure of *meals left*.
    """
    posted = book.post(transfer)
    if posted is None:
        return None
    share = share_of(transfer)
    last = (book.post(share) if share is not None else None) or posted
    holder = holder_of(transfer)
    own_cents = own_part(transfer, price_cents) if price_cents else None
    _measure(book, holder, own_cents)
    alerts = alerts_after(ports, book, holder, service)
    account = book.account(holder)
    event = posted_event(posted, holder, balance_cents=account.balance_cents, paid_at=paid_at)
    if event is not None:
        ports.announce(event, sequence=account.sequence, cause=cause)
    tell(ports, book, last, holder, alerts, cause=cause)
    if last is not posted:
        second = last.transfer.debit if last.transfer.credit == holder else last.transfer.credit
        _measure(book, second, price_cents - own_cents if price_cents and own_cents is not None else None)
        tell(ports, book, last, second, alerts_after(ports, book, second, service), cause=cause)
    return posted


def _measure(book: Book, account_id: AccountId, price_cents: int | None) -> None:
    """In meals of which price the balance is counted from now on."""
    standing = book.account(account_id).standing
    priced = standing.priced(price_cents) if price_cents else standing
    if priced is not standing:
        book.stand(account_id, priced)


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
