"""The office approves or rejects a refund."""

from __future__ import annotations

from ledger.domain.accounts import holder_account
from ledger.domain.decision_errors import RefundNotFoundError
from ledger.domain.refunds import Refund, RefundState, refund_transfer, refundable
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.post_decision import book_for, post_decision
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day
from refettorio_contracts.ledger import RefundApproved, RefundRejected


async def approve_refund(ports: DecisionPorts, refund_id: str, *, by: Actor) -> Refund:
    """What is left, at most what was asked, leaves the account and is owed to the family. Twice is once.

    Raises RefundNotFoundError, RefundNotDecidableError, RefundNotDueError.
    """
    asked = await _found(ports, refund_id)
    if asked.state in {RefundState.APPROVED, RefundState.SENT, RefundState.PAID}:
        return asked
    world, now = ports.world, ports.world.clock.now()
    accounts = await world.books.accounts([holder_account(asked.account_id)])
    balance = accounts[holder_account(asked.account_id)].balance_cents if accounts else 0
    amount = refundable(asked_cents=asked.amount_cents, balance_cents=balance)
    approved = asked.approved(amount_cents=amount, by=by.subject, at=now)
    transfer = refund_transfer(approved, decided_by=by.subject, day=rome_day(now))
    book = await book_for(world, transfer)
    post_decision(world, book, transfer)
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
    """The credit stays where it is. Raises RefundNotFoundError, RefundNotDecidableError."""
    asked = await _found(ports, refund_id)
    world, now = ports.world, ports.world.clock.now()
    rejected = asked.rejected(reason=reason, by=by.subject, at=now)
    await ports.refunds.keep_refund(rejected)
    await ports.audit(audit_line(by, "reject-refund", refund_id, at=now, reason=reason))
    holder = holder_account(asked.account_id)
    accounts = await world.books.accounts([holder])
    balance, sequence = (accounts[holder].balance_cents, accounts[holder].sequence) if accounts else (0, 0)
    event = RefundRejected(account_id=asked.account_id, balance_cents=balance, refund_id=refund_id)
    world.announce(event, sequence=sequence)
    return rejected


async def _found(ports: DecisionPorts, refund_id: str) -> Refund:
    refund = await ports.refunds.refund(refund_id)
    if refund is None:
        message = "La richiesta di rimborso non esiste."
        raise RefundNotFoundError(message)
    return refund
