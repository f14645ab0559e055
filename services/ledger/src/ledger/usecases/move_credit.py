"""Move credit from one holder to another."""

from __future__ import annotations

from ledger.domain.accounts import AccountId, holder_account, is_holder
from ledger.domain.decision_errors import SameAccountError
from ledger.domain.errors import AccountNotFoundError
from ledger.domain.refunds import move_transfer
from ledger.domain.transfers import Posted
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.post import tell_balances
from ledger.usecases.post_decision import book_for, post_decision
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def move_credit(  # noqa: PLR0913 - each is a different fact of one decision
    ports: DecisionPorts, *, move_id: str, from_account: str, to_account: str, amount_cents: int, reason: str, by: Actor
) -> Posted:
    """The same `move_id` twice is once; with other accounts or amount it raises TransferConflictError.

    Raises SameAccountError, AccountNotFoundError, CreditTooLowError: credit is moved, never debt made, and
    what is reserved stays.
    """
    if from_account == to_account:
        message = "I due conti devono essere diversi."
        raise SameAccountError(message)
    if not is_holder(from_account) or not is_holder(to_account):
        raise AccountNotFoundError("Il conto non esiste.")
    world, now = ports.world, ports.world.clock.now()
    transfer = move_transfer(
        move_id,
        from_account=from_account,
        to_account=to_account,
        amount_cents=amount_cents,
        reason=reason,
        decided_by=by.subject,
        day=rome_day(now),
    )
    book = await book_for(world, transfer)
    if book.knows(transfer.transfer_id, transfer.kind, transfer.fact):
        return _there(book.find(transfer.transfer_id))
    await _refuse_unknown(ports, to_account)
    posted = _there(post_decision(world, book, transfer))
    tell_balances(world, book)
    await world.books.write(book)
    details = {"from_account": from_account, "to_account": to_account, "amount_cents": str(amount_cents)}
    await ports.audit(audit_line(by, "move-credit", transfer.transfer_id, at=now, reason=reason, details=details))
    return posted


async def _refuse_unknown(ports: DecisionPorts, account_id: str) -> None:
    """A mistyped account would swallow the money."""
    known: dict[AccountId, object] = dict(await ports.world.books.accounts([holder_account(account_id)]))
    if not known and await ports.world.holders.holder(account_id) is None:
        raise AccountNotFoundError("Il conto non esiste.")


def _there(posted: Posted | None) -> Posted:
    if posted is None:
        message = "the transfer is not in the book"
        raise ValueError(message)
    return posted
