"""Ask for what is left on an account to be paid back."""

from __future__ import annotations

from ledger.domain.accounts import holder_account
from ledger.domain.decision_errors import RefundAlreadyRequestedError, StillEnrolledError
from ledger.domain.refunds import Refund, has_left, refund_transfer, refundable
from ledger.domain.reservations import reservation
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.post_decision import book_for, post_decision
from ledger.usecases.who_bears import borne_from_tomorrow
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def request_refund(
    ports: DecisionPorts, *, account_id: str, iban: str, reason: str, by: Actor, amount_cents: int | None = None
) -> Refund:
    """A request for the office to decide: no money moves, but what is asked for is reserved until then.

    Without an amount all that is available is asked for.
    Who pays for a pupil, or a part, now or as agreed for later, may ask only once none goes on using a service; the
    office may for anyone.
    Raises IbanNotValidError, StillEnrolledError, RefundNotDueError, RefundAlreadyRequestedError.
    """
    checked = ports.checked_iban(iban)
    if by.role == "guardian":
        await _refuse_who_stays(ports, account_id)
    if await ports.refunds.open_refund(account_id):
        message = "C'è già una richiesta di rimborso in attesa di risposta."
        raise RefundAlreadyRequestedError(message)
    now = ports.world.clock.now()
    accounts = await ports.world.books.accounts([holder_account(account_id)])
    available = accounts[holder_account(account_id)].available_cents if accounts else 0
    refund = Refund(
        refund_id=ports.new_id("ref"),
        account_id=account_id,
        iban=checked,
        amount_cents=refundable(asked_cents=amount_cents, available_cents=available),
        reason=reason,
        requested_at=now,
        requested_by=by.subject,
        entered_by=by.acting.who if by.acting else None,
    )
    reserved = reservation(refund_transfer(refund, decided_by=by.subject, day=rome_day(now)))
    book = await book_for(ports.world, reserved)
    post_decision(ports.world, book, reserved)
    await ports.world.books.write(book)
    await ports.refunds.keep_refund(refund)
    await ports.audit(audit_line(by, "request-refund", refund.refund_id, at=now))
    return refund


async def _refuse_who_stays(ports: DecisionPorts, account_id: str) -> None:
    today = rome_day(ports.world.clock.now())
    borne = await borne_from_tomorrow(ports.enrolments, ports.world.families, [account_id], today)
    line = await ports.closings.last_line(account_id)
    if not has_left(borne.with_later(account_id), today=today, closed_year=line.school_year if line else None):
        message = (
            "Il credito residuo resta disponibile per l'anno scolastico successivo. Il rimborso può essere chiesto "
            "quando nessun figlio usa più il servizio."
        )
        raise StillEnrolledError(message)
