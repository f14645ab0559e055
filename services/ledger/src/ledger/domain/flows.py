"""What payment service providers say they sent to our bank (flussi di rendicontazione), held against our receipts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ledger.domain.receipts import KeptReceipt


class PayStatus(StrEnum):
    """pagoPA's words (FdR, payStatus). Revoked is money taken back."""

    EXECUTED = "EXECUTED"
    REVOKED = "REVOKED"
    STAND_IN = "STAND_IN"
    STAND_IN_NO_RPT = "STAND_IN_NO_RPT"
    NO_RPT = "NO_RPT"


class Outcome(StrEnum):
    """`receipt-missing` is asked of pagoPA; everything but `matched` is for somebody to look at."""

    MATCHED = "matched"
    AMOUNT_DIFFERS = "amount-differs"
    RECEIPT_MISSING = "receipt-missing"
    REVOKED = "revoked"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, order=True)
class PaymentKey:
    """What a payment of a flow and a transfer of a receipt have in common: IUV, IUR (the receipt's id), transfer."""

    iuv: str
    iur: str
    id_transfer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLine:
    """One payment of a flow; `index` is its place there."""

    index: int
    key: PaymentKey
    amount_cents: int
    status: PayStatus
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowHead:
    """One flow. A higher `revision` replaces the one before; `regulation` is the bank's reference (TRN, CRO)."""

    name: str
    psp_id: str
    revision: int
    regulation: str
    regulation_day: date
    published_at: datetime
    total_count: int
    total_cents: int

    @property
    def key(self) -> str:
        """Names of flows are unique within one payment service provider."""
        return f"{self.psp_id}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow with all its payments."""

    head: FlowHead
    lines: tuple[FlowLine, ...]

    @property
    def adds_up(self) -> bool:
        """Whether the payments are as many and as much as the head says."""
        counted = len(self.lines) == self.head.total_count
        return counted and sum(line.amount_cents for line in self.lines) == self.head.total_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    """A payment and what became of it. `expected_cents` is what the receipt says; None without one."""

    line: FlowLine
    outcome: Outcome
    expected_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What we know: `receipts` by id, and the keys that another flow names already."""

    receipts: Mapping[str, KeptReceipt]
    named_elsewhere: Collection[PaymentKey]
    creditor_fiscal_code: str


def judged(line: FlowLine, evidence: Evidence) -> JudgedLine:
    """Join on (IUV, IUR, idTransfer); the gravest finding wins."""
    receipt = evidence.receipts.get(line.key.iur)
    expected = _expected_cents(line.key, receipt, evidence.creditor_fiscal_code)
    return JudgedLine(line=line, outcome=_outcome(line, expected, evidence), expected_cents=expected)


def is_reconciled(receipt: KeptReceipt, matched: Collection[PaymentKey], creditor_fiscal_code: str) -> bool:
    """Whether every transfer of the receipt that reached us is in a flow."""
    sent = {key.id_transfer for key in matched if key.iur == receipt.receipt_id}
    ours = {part.id_transfer for part in receipt.parts if part.creditor_fiscal_code == creditor_fiscal_code}
    return bool(ours) and ours <= sent


def _outcome(line: FlowLine, expected: int | None, evidence: Evidence) -> Outcome:
    if line.status is PayStatus.REVOKED:
        return Outcome.REVOKED
    if line.key in evidence.named_elsewhere:
        return Outcome.REPEATED
    if expected is None:
        return Outcome.RECEIPT_MISSING
    return Outcome.MATCHED if expected == line.amount_cents else Outcome.AMOUNT_DIFFERS


def _expected_cents(key: PaymentKey, receipt: KeptReceipt | None, creditor_fiscal_code: str) -> int | None:
    if receipt is None or not receipt.notice_number.endswith(key.iuv):
        return None
    for part in receipt.parts:
        if part.id_transfer == key.id_transfer and part.creditor_fiscal_code == creditor_fiscal_code:
            return part.amount_cents
    return None
