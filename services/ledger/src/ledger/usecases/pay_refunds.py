"""Put approved refunds in a file for the bank, and book the file once the bank has paid it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ledger.domain.accounts import holder_account
from ledger.domain.creditor import unknown_holder
from ledger.domain.decision_errors import BatchNotFoundError, NothingToSendError
from ledger.domain.refunds import BatchLine, Refund, RefundBatch, RefundState, payout_transfer
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.post_decision import book_for, post_decision
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day
from refettorio_contracts.ledger import RefundPaid

MOST_IN_A_FILE = 500
"""A transaction keeps to a thousand documents; what is left goes in the next file."""


async def gather_refunds(
    ports: DecisionPorts, *, batch_id: str, by: Actor, execution_day: date | None = None
) -> RefundBatch:
    """All approved refunds, in one batch. The same `batch_id` twice is the same batch. Raises NothingToSendError."""
    known = await ports.refunds.batch(batch_id)
    if known is not None:
        return known
    now = ports.world.clock.now()
    approved = (await ports.refunds.refunds_in(RefundState.APPROVED))[:MOST_IN_A_FILE]
    if not approved:
        message = "Non ci sono rimborsi approvati da pagare."
        raise NothingToSendError(message)
    batch = RefundBatch(
        batch_id=batch_id,
        created_at=now,
        execution_day=execution_day or rome_day(now),
        lines=tuple([await _line(ports, refund) for refund in approved]),
    )
    await ports.refunds.keep_batch(batch)
    for refund in approved:
        await ports.refunds.keep_refund(replace(refund, state=RefundState.SENT, batch_id=batch_id))
    await ports.audit(audit_line(by, "gather-refunds", batch_id, at=now))
    return batch


async def book_batch(ports: DecisionPorts, batch_id: str, *, by: Actor) -> RefundBatch:
    """The bank paid the file: what was owed is owed no more. Twice is once. Raises BatchNotFoundError."""
    batch = await ports.refunds.batch(batch_id)
    if batch is None:
        message = "La distinta non esiste."
        raise BatchNotFoundError(message, batch_id=batch_id)
    if batch.booked_at is not None:
        return batch
    world, now = ports.world, ports.world.clock.now()
    payouts = [
        payout_transfer(line, batch_id=batch_id, booked_by=by.subject, day=rome_day(now)) for line in batch.lines
    ]
    book = await book_for(world, *payouts)
    for payout in payouts:
        post_decision(world, book, payout)
    await world.books.write(book)
    booked = replace(batch, booked_at=now)
    await ports.refunds.keep_batch(booked)
    await _tell_paid(ports, batch)
    await ports.audit(audit_line(by, "book-refunds", batch_id, at=now))
    return booked


async def _tell_paid(ports: DecisionPorts, batch: RefundBatch) -> None:
    accounts = await ports.world.books.accounts({holder_account(line.account_id) for line in batch.lines})
    for line in batch.lines:
        refund = await ports.refunds.refund(line.refund_id)
        if refund is not None:
            await ports.refunds.keep_refund(replace(refund, state=RefundState.PAID))
        account = accounts[holder_account(line.account_id)]
        event = RefundPaid(
            account_id=line.account_id,
            balance_cents=account.balance_cents,
            refund_id=line.refund_id,
            amount_cents=line.amount_cents,
        )
        ports.world.announce(event, sequence=account.sequence)


async def _line(ports: DecisionPorts, refund: Refund) -> BatchLine:
    holder = await ports.world.holders.holder(refund.account_id) or unknown_holder(refund.account_id)
    return BatchLine(
        refund_id=refund.refund_id,
        account_id=refund.account_id,
        iban=refund.iban,
        payee=holder.full_name,
        amount_cents=refund.amount_cents,
    )
