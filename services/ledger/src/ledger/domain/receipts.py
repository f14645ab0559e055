"""Receipts (ricevute telematiche): the proof that money moved. They are kept whatever the state of the notice."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from ledger.domain.accounts import PAGOPA_CLEARING, holder_account
from ledger.domain.notices import Notice, NoticeState
from ledger.domain.transfers import Kind, TopUpCause, Transfer, receipt_transfer_id

_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")


class ReceiptState(StrEnum):
    """`kept` waits to be credited; `unmatched` has no notice of ours; `without-credit` moved no money to us.

    `refund-due` was unmatched, and the office decided to give it back.
    """

    KEPT = "kept"
    CREDITED = "credited"
    UNMATCHED = "unmatched"
    WITHOUT_CREDIT = "without-credit"
    REFUND_DUE = "refund-due"


class Anomaly(StrEnum):
    """Money that was not expected in this form; where the notice is known it is credited all the same."""

    ALREADY_PAID = "already-paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    AMOUNT_DIFFERS = "amount-differs"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedTransfer:
    """One of the up to five transfers of a payment."""

    id_transfer: int
    amount_cents: int
    creditor_fiscal_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a paSendRT message says. `paid_at` is aware UTC; `raw` is the message as it came."""

    receipt_id: str
    notice_number: str
    creditor_fiscal_code: str
    creditor_reference: str
    is_paid: bool
    amount_cents: int
    transfers: tuple[ReceivedTransfer, ...]
    paid_at: datetime
    stand_in: bool
    raw: bytes
    traceparent: str | None = None

    def cents_for(self, creditor_fiscal_code: str) -> int:
        """What reached this creditor: the sum of its transfers, which is what was paid and not what was asked."""
        return sum(part.amount_cents for part in self.transfers if part.creditor_fiscal_code == creditor_fiscal_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What the office decided about an anomaly: `by` is the clerk, `at` aware UTC."""

    action: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReceipt:
    """A receipt in our hands: what it is worth to which account, and how far its crediting is.

    `parts` are the transfers of the payment, as a flow of the payment service provider (FdR) will name ours.
    """

    receipt_id: str
    notice_number: str
    account_id: str | None
    service: str | None
    amount_cents: int
    paid_at: datetime
    received_at: datetime
    state: ReceiptState
    anomaly: Anomaly | None
    stand_in: bool
    raw: bytes
    traceparent: str | None = None
    parts: tuple[ReceivedTransfer, ...] = ()
    resolution: Resolution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingReceipt:
    """A kept receipt that is still to be credited, and the trace it came in."""

    receipt_id: str
    traceparent: str | None = None


def plain_receipt_id(receipt_id: str) -> str:
    """The receipt's id as our events can carry it; an unusual one (pagoPA allows any text) is digested."""
    if _PLAIN_ID.fullmatch(receipt_id):
        return receipt_id
    return hashlib.sha256(receipt_id.encode()).hexdigest()


def anomaly_of(notice: Notice, *, paid_cents: int, paid_on: date) -> Anomaly | None:
    """What is odd about money arriving for `notice`, judged on the day it was paid; the gravest one."""
    match notice.state_on(paid_on):
        case NoticeState.PAID:
            return Anomaly.ALREADY_PAID
        case NoticeState.CANCELLED:
            return Anomaly.CANCELLED
        case NoticeState.EXPIRED:
            return Anomaly.EXPIRED
        case NoticeState.PAYABLE:
            return None if paid_cents == notice.amount_cents else Anomaly.AMOUNT_DIFFERS


def credit(receipt: KeptReceipt, *, account_id: str, service: str, value_day: date) -> Transfer:
    """What the receipt is worth goes from pagoPA's clearing account to the holder."""
    return Transfer(
        transfer_id=receipt_transfer_id(plain_receipt_id(receipt.receipt_id)),
        kind=Kind.TOP_UP,
        debit=PAGOPA_CLEARING,
        credit=holder_account(account_id),
        amount_cents=receipt.amount_cents,
        value_day=value_day,
        cause=TopUpCause(receipt_id=receipt.receipt_id, notice_number=receipt.notice_number, service=service),
        fact=(receipt.receipt_id, receipt.notice_number, account_id, str(receipt.amount_cents)),
    )
