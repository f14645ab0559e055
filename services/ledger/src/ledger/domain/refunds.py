"""Refunds of what is left on an account: asked for, decided by the office, sent to the bank, booked as paid.

What is asked for is reserved at once: it can be neither moved nor asked for again. Approving posts it, rejecting voids
it. Meals are charged meanwhile, whatever is reserved; what they take is not there to be refunded any more.

Four eyes: who asked for a refund, entered it or would get it does not approve it, by whatever record of theirs: merged
ones are followed. Anybody of the office may reject it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from ledger.domain.accounts import BANK, REFUNDS_PAYABLE, holder_account
from ledger.domain.decision_errors import RefundNeedsAnotherError, RefundNotDecidableError, RefundNotDueError
from ledger.domain.mergers import kept_record
from ledger.domain.school_year import school_year_of
from ledger.domain.tariffs import TariffAssignment
from ledger.domain.transfers import DecisionCause, Kind, Transfer, decision_transfer_id


class RefundState(StrEnum):
    """`sent`: in a file for the bank; `paid`: the bank's execution is in the book."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENT = "sent"
    PAID = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """`amount_cents` is what was asked until it is approved, then what is paid. The IBAN is personal data.

    `entered_by` is who typed it in, where that is another than the one it was asked in the name of.
    """

    refund_id: str
    account_id: str
    iban: str
    amount_cents: int
    reason: str
    requested_at: datetime
    requested_by: str
    entered_by: str | None = None
    state: RefundState = RefundState.REQUESTED
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision_reason: str | None = None
    batch_id: str | None = None

    def may_be_approved_by(self, person: str, merged: Mapping[str, str]) -> bool:
        """Whether it is open, and `person` neither asked for it nor entered it nor would get it.

        `merged`: records of people, each with the one it was merged into; two of one person are one pair of eyes.
        """
        concerned = {self.requested_by, self.entered_by or self.requested_by, self.account_id}
        eyes = kept_record(person, merged)
        return self.state is RefundState.REQUESTED and eyes not in {kept_record(each, merged) for each in concerned}

    def require_another_than(self, person: str, merged: Mapping[str, str]) -> None:
        """Raises RefundNotDecidableError when it was decided before, RefundNeedsAnotherError."""
        self._still_open()
        if not self.may_be_approved_by(person, merged):
            message = (
                "Chi ha chiesto o inserito un rimborso, o ne è il destinatario, non può approvarlo: "
                "serve un'altra persona dell'ufficio."
            )
            raise RefundNeedsAnotherError(message, refund_id=self.refund_id)

    def approved(self, *, amount_cents: int, by: str, at: datetime) -> Refund:
        """Raises RefundNotDecidableError when it was decided before."""
        self._still_open()
        return replace(self, state=RefundState.APPROVED, amount_cents=amount_cents, decided_by=by, decided_at=at)

    def rejected(self, *, reason: str, by: str, at: datetime) -> Refund:
        """Raises RefundNotDecidableError when it was decided before."""
        self._still_open()
        return replace(self, state=RefundState.REJECTED, decision_reason=reason, decided_by=by, decided_at=at)

    def _still_open(self) -> None:
        if self.state is not RefundState.REQUESTED:
            message = "La richiesta di rimborso è già stata decisa."
            raise RefundNotDecidableError(message, refund_id=self.refund_id, state=self.state.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One credit transfer of a file: `payee` is the holder's name as it stood when the file was made."""

    refund_id: str
    account_id: str
    iban: str
    payee: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundBatch:
    """What one file for the bank holds; it never changes, so the file is always the same bytes."""

    batch_id: str
    created_at: datetime
    execution_day: date
    lines: tuple[BatchLine, ...]
    booked_at: datetime | None = None

    @property
    def total_cents(self) -> int:
        """The control sum."""
        return sum(line.amount_cents for line in self.lines)


def has_left(assignments: Iterable[TariffAssignment], *, today: date, closed_year: str | None) -> bool:
    """Whether no pupil of the holder goes on using a service.

    `closed_year` is the last school year that was closed for the holder: enrolments up to it are over.
    """
    ended = max(closed_year or "", _year_before(today))
    return all(school_year_of(assignment.valid_from) <= ended for assignment in assignments)


def _year_before(today: date) -> str:
    return school_year_of(today.replace(year=today.year - 1, day=1))


def refundable(*, asked_cents: int | None, available_cents: int) -> int:
    """What can be given back: what was asked, never more than what is there. Raises RefundNotDueError."""
    amount = available_cents if asked_cents is None else min(asked_cents, available_cents)
    if amount <= 0:
        message = "Sul conto non risulta un credito da rimborsare."
        raise RefundNotDueError(message, available_cents=available_cents)
    return amount


def refund_transfer(refund: Refund, *, decided_by: str, day: date) -> Transfer:
    """Out of the holder's account, owed by the municipality until the bank pays."""
    return Transfer(
        transfer_id=decision_transfer_id(Kind.REFUND, refund.refund_id),
        kind=Kind.REFUND,
        debit=holder_account(refund.account_id),
        credit=REFUNDS_PAYABLE,
        amount_cents=refund.amount_cents,
        value_day=day,
        cause=DecisionCause(decision_id=refund.refund_id, reason=refund.reason, decided_by=decided_by),
        fact=(refund.refund_id, refund.account_id),
    )


def payout_transfer(line: BatchLine, *, batch_id: str, booked_by: str, day: date) -> Transfer:
    """The bank paid one line of a file."""
    return Transfer(
        transfer_id=decision_transfer_id(Kind.PAYOUT, line.refund_id),
        kind=Kind.PAYOUT,
        debit=REFUNDS_PAYABLE,
        credit=BANK,
        amount_cents=line.amount_cents,
        value_day=day,
        cause=DecisionCause(decision_id=line.refund_id, reason=f"batch {batch_id}", decided_by=booked_by),
        fact=(line.refund_id, batch_id),
    )


def move_transfer(  # noqa: PLR0913 - each is a different fact of one decision
    move_id: str, *, from_account: str, to_account: str, amount_cents: int, reason: str, decided_by: str, day: date
) -> Transfer:
    """Credit goes from one holder to another."""
    return Transfer(
        transfer_id=decision_transfer_id(Kind.MOVE, move_id),
        kind=Kind.MOVE,
        debit=holder_account(from_account),
        credit=holder_account(to_account),
        amount_cents=amount_cents,
        value_day=day,
        cause=DecisionCause(decision_id=move_id, reason=reason, decided_by=decided_by),
        fact=(move_id, from_account, to_account, str(amount_cents)),
    )
