"""The office approves or rejects a refund."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.book import Book
from ledger.domain.decision_errors import RefundNotFoundError
from ledger.domain.refunds import Refund, RefundState, refund_transfer, refundable
from ledger.domain.reservations import posting, reservation, reservation_id, reserved_cents, voiding
from ledger.domain.transfers import Transfer
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.ports import Ports
from ledger.usecases.post_decision import book_for, post_decision
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day
from refettorio_contracts.ledger import RefundApproved, RefundRejected


async def approve_refund(ports: DecisionPorts, refund_id: str, *, by: Actor) -> Refund:
    """What is left, at most what was reserved, leaves the account and is owed to the family. Twice is once.

    Raises RefundNotFoundError, RefundNotDecidableError, RefundNeedsAnotherError, RefundNotDueError.
    """
    asked = await _found(ports, refund_id)
    if asked.state in {RefundState.APPROVED, RefundState.SENT, RefundState.PAID}:
        return asked
    asked.require_another_than(by.person, await ports.world.holders.merged())
    world, now = ports.world, ports.world.clock.now()
    deciding = refund_transfer(asked, decided_by=by.subject, day=rome_day(now))
    book, reserved = await _book_of(world, deciding)
    available = book.account(deciding.debit).available_cents + reserved
    amount = refundable(asked_cents=asked.amount_cents, available_cents=available)
    approved = asked.approved(amount_cents=amount, by=by.subject, at=now)
    transfer = replace(deciding, amount_cents=amount)
    post_decision(world, book, posting(transfer, reserved) if reserved else transfer)
    await world.books.write(book)
    await ports.refunds.keep_refund(approved)
    await ports.audit(audit_line(by, "approve-refund", refund_id, at=now, reason=asked.reason))
    account = book.account(transfer.debit)
    event = RefundApproved(
        account_id=asked.account_id,
        balance_cents=account.balance_cents,
        refund_id=refund_id,
        transfer_id=transfer.transfer_id,
        amount_cents=amount,
    )
    world.announce(event, sequence=account.sequence)
    return approved


async def reject_refund(ports: DecisionPorts, refund_id: str, *, reason: str, by: Actor) -> Refund:
    """The credit stays where it is, and is not reserved any more.

    Raises RefundNotFoundError, RefundNotDecidableError.
    """
    asked = await _found(ports, refund_id)
    world, now = ports.world, ports.world.clock.now()
    rejected = asked.rejected(reason=reason, by=by.subject, at=now)
    deciding = refund_transfer(asked, decided_by=by.subject, day=rome_day(now))
    book, reserved = await _book_of(world, deciding)
    if reserved:
        post_decision(world, book, voiding(deciding, reserved))
        await world.books.write(book)
    await ports.refunds.keep_refund(rejected)
    await ports.audit(audit_line(by, "reject-refund", refund_id, at=now, reason=reason))
    account = book.account(deciding.debit)
    event = RefundRejected(account_id=asked.account_id, balance_cents=account.balance_cents, refund_id=refund_id)
    world.announce(event, sequence=account.sequence)
    return rejected


async def _book_of(world: Ports, deciding: Transfer) -> tuple[Book, int]:
    """The book at hand, and what the request has reserved: nothing, where it was made before requests were reserved."""
    book = await book_for(world, reservation(deciding), deciding)
    return book, reserved_cents(book.find(reservation_id(deciding.transfer_id)))


async def _found(ports: DecisionPorts, refund_id: str) -> Refund:
    refund = await ports.refunds.refund(refund_id)
    if refund is None:
        message = "La richiesta di rimborso non esiste."
        raise RefundNotFoundError(message)
    return refund
