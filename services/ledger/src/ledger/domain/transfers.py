"""Transfers: a positive amount from one account to another, named after the fact that caused it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from ledger.domain.accounts import AccountId
from ledger.domain.holds import Hold
from ledger.domain.rating import Basis
from ledger.domain.shares import Split

TransferId = NewType("TransferId", str)


class Kind(StrEnum):
    """Why money moved."""

    CHARGE = "charge"
    REVERSAL = "reversal"
    ADJUSTMENT = "adjustment"
    SUBSCRIPTION = "subscription"
    SUBSCRIPTION_ADJUSTMENT = "subscription-adjustment"
    TOP_UP = "top-up"
    OPENING = "opening"
    RESERVATION = "reservation"
    RELEASE = "release"
    REFUND = "refund"
    PAYOUT = "payout"
    MOVE = "move"
    FEE = "reminder-fee"
    WRITE_OFF = "write-off"
    MERGER = "merger"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCause:
    """A meal served, and the price it had: the answer to *why did I pay this?*

    `split`, here and in what follows from it, is how it is shared with a second guardian: decided once, by the day of
    the meal and what was agreed when it was charged.
    """

    meal_id: str
    pupil_id: str
    service: str
    school_id: str
    meal_kind: str
    tariff_code: str
    tariff_version: str
    marked_at: datetime
    marked_by: str
    basis: Basis | None = None
    split: Split | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentCause:
    """The price of a meal changed after it was charged: only the difference moves.

    `number` counts the adjustments of the meal from 1; `before_cents` and `after_cents` are what the meal had cost the
    family until then, and costs from now on.
    """

    meal_id: str
    pupil_id: str
    service: str
    day: date
    number: int
    before_cents: int
    after_cents: int
    tariff_code: str
    tariff_version: str
    reason: str
    basis: Basis | None = None
    split: Split | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionCause:
    """A month (`2025-10`) or a school year (`2025/26`) of a service that is not paid by the meal."""

    pupil_id: str
    service: str
    period: str
    tariff_code: str
    tariff_version: str
    basis: Basis | None = None
    split: Split | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionAdjustmentCause:
    """What a period costs changed after it was charged: like AdjustmentCause, of a month or a school year."""

    pupil_id: str
    service: str
    period: str
    number: int
    before_cents: int
    after_cents: int
    tariff_code: str
    tariff_version: str
    reason: str
    basis: Basis | None = None
    split: Split | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalCause:
    """A meal withdrawn by a correction."""

    reverses: TransferId
    meal_id: str
    pupil_id: str
    service: str
    reason: str
    split: Split | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCause:
    """The second guardian's part of what the transfer `shares` (of kind `of`) took from the holder or gave back.

    `whole_cents` is what that transfer moved. `day` is that of the meal, or None: then it is about `period`. The tariff
    is that of the transfer; what was given back has none.
    """

    shares: TransferId
    of: Kind
    split: Split
    whole_cents: int
    pupil_id: str
    service: str
    meal_id: str | None = None
    day: date | None = None
    period: str | None = None
    tariff_code: str | None = None
    tariff_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpCause:
    """A pagoPA receipt."""

    receipt_id: str
    notice_number: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningCause:
    """A balance carried over from the previous system, entered by the office."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCause:
    """Somebody decided: `decision_id` names the refund, the move, the reminder or the write-off."""

    decision_id: str
    reason: str
    decided_by: str


Adjusting = AdjustmentCause | SubscriptionAdjustmentCause
Shared = ChargeCause | SubscriptionCause | Adjusting | ReversalCause
"""What may be shared with a second guardian."""

Cause = Shared | ShareCause | TopUpCause | OpeningCause | DecisionCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`amount_cents` (above zero, or zero where a `hold` is all it does) leaves `debit` and reaches `credit`.

    `value_day` (Europe/Rome) is when it counts for the family; the booking instant is given when it is posted.
    `fact` is what makes two transfers of one id the same: never the price, which may be another on a later reading.
    """

    transfer_id: TransferId
    kind: Kind
    debit: AccountId
    credit: AccountId
    amount_cents: int
    value_day: date
    cause: Cause
    fact: tuple[str, ...]
    hold: Hold | None = None

    @property
    def fingerprint(self) -> str:
        """Digest of the fact; two transfers of one id with different fingerprints are a conflict."""
        return fingerprint_of(self.kind, self.fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One side of a posted transfer: its place in the account, the balance right after, the chain up to here."""

    account_id: AccountId
    sequence: int
    balance_after_cents: int
    chain: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A transfer that is in the book for ever. `booked_at` is aware UTC, whole milliseconds."""

    transfer: Transfer
    fingerprint: str
    booked_at: datetime
    debit_leg: Leg
    credit_leg: Leg

    def leg_of(self, account_id: str) -> Leg:
        """The side that touches `account_id`."""
        return self.debit_leg if self.debit_leg.account_id == account_id else self.credit_leg

    def signed_cents(self, account_id: str) -> int:
        """The amount as `account_id` sees it: credit positive, debit negative."""
        amount = self.transfer.amount_cents
        return -amount if self.debit_leg.account_id == account_id else amount


def fingerprint_of(kind: Kind, fact: tuple[str, ...]) -> str:
    """128 bits are enough to tell two facts of one name apart."""
    return hashlib.sha256("\x1f".join((kind, *fact)).encode()).hexdigest()[:32]


def charge_id(meal_id: str) -> TransferId:
    """One meal is charged once, for ever."""
    return TransferId(f"charge:{meal_id}")


def reversal_id(meal_id: str) -> TransferId:
    """One meal is given back at most once."""
    return TransferId(f"reversal:{meal_id}")


def adjustment_id(priced: str, number: int) -> TransferId:
    """The `number`-th time the price of a meal, or of a subscription by its transfer id, changed; from 1."""
    return TransferId(f"adjustment:{priced}:{number}")


def subscription_id(pupil_id: str, service: str, period: str) -> TransferId:
    """A pupil pays one period of one service once."""
    return TransferId(f"subscription:{pupil_id}:{service}:{period.replace('/', '-')}")


def share_id(shared: TransferId) -> TransferId:
    """What moves money for a pupil is shared at most once."""
    return TransferId(f"share:{shared}")


def split_of(transfer: Transfer) -> Split | None:
    """How a transfer is shared; None where it is not."""
    return transfer.cause.split if isinstance(transfer.cause, Shared) else None


def adjusted_cents(adjustments: Iterable[Posted]) -> int:
    """What all adjustments of one meal or subscription added to its price."""
    causes = (posted.transfer.cause for posted in adjustments)
    return sum(cause.after_cents - cause.before_cents for cause in causes if isinstance(cause, Adjusting))


def receipt_transfer_id(receipt_id: str) -> TransferId:
    """One receipt is credited at most once."""
    return TransferId(f"receipt:{receipt_id}")


def opening_id(account_id: str, reason: str) -> TransferId:
    """One carry-over per account and reason; the reason is digested because it is free text."""
    digest = hashlib.sha256(reason.strip().casefold().encode()).hexdigest()[:16]
    return TransferId(f"opening:{account_id}:{digest}")


def decision_transfer_id(kind: Kind, decision_id: str) -> TransferId:
    """One decision moves money at most once."""
    return TransferId(f"{kind}:{decision_id}")
