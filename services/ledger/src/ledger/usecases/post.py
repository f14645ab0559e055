"""Post one transfer on a holder's account, move the holder's standing, tell what happened: shared by every verb."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from ledger.domain.accounts import AccountId, is_holder
from ledger.domain.book import Book
from ledger.domain.sharing import holder_of, own_part, with_share
from ledger.domain.transfers import ChargeCause, Posted, Transfer
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
    cause: int | None = None,
    paid_at: datetime | None = None,
    closing: Transfer | None = None,
) -> Posted | None:
    """None when the book knew the transfer already: nothing is told twice.

    What a second guardian bears of it is posted with it, and both stand where they stand after all of it: a debt that
    one bears for the other is never told, nor one that `closing` makes, what has to be posted before, and `transfer`
    ends. Each one's part of a meal charged now becomes their measure of *meals left*.
    """
    if book.knows(transfer.transfer_id, transfer.kind, transfer.fact):
        return None
    last: dict[AccountId, Posted] = {}
    for part in (*(with_share(closing) if closing is not None else ()), *with_share(transfer)):
        done = book.post(part)
        if done is not None:
            last |= {side: done for side in (part.debit, part.credit) if is_holder(side)}
    posted, holder = book.find(transfer.transfer_id), holder_of(transfer)
    assert posted is not None  # noqa: S101 - it was posted just now
    _measure(book, last, transfer)
    alerts = {each: alerts_after(ports, book, each, service) for each in last}
    account = book.account(holder)
    event = posted_event(posted, holder, balance_cents=account.balance_cents, paid_at=paid_at)
    if event is not None:
        ports.announce(event, sequence=account.sequence, cause=cause)
    for each in sorted(last, key=lambda each: each != holder):
        tell(ports, book, last[each], each, alerts[each], cause=cause)
    return posted


def _measure(book: Book, account_ids: Collection[AccountId], transfer: Transfer) -> None:
    """In meals of which price the balances of those who bear a part of this one are counted from now on."""
    if not isinstance(transfer.cause, ChargeCause):
        return
    holder, own_cents = holder_of(transfer), own_part(transfer, transfer.amount_cents)
    for account_id in account_ids:
        cents = own_cents if account_id == holder else transfer.amount_cents - own_cents
        if cents:
            standing = book.account(account_id).standing
            priced = standing.priced(cents, pupil_id=transfer.cause.pupil_id, day=transfer.value_day)
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
