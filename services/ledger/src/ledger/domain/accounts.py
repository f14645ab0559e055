"""Accounts of the book: who they belong to, two monotone sums, a gapless sequence and a chain of hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NewType

from ledger.domain.holds import NOTHING_PENDING, Pending
from ledger.domain.standing import Standing

AccountId = NewType("AccountId", str)

GENESIS: Final = bytes(32)
"""What the first entry of every account is chained to."""

PAGOPA_CLEARING: Final = AccountId("clearing:pagopa")
"""Money attested by receipts and not yet seen on the bank's statement."""

OPENING_EQUITY: Final = AccountId("equity:opening")
"""Counterpart of the balances carried over from the previous system."""

REFUNDS_PAYABLE: Final = AccountId("payable:refunds")
"""Approved refunds that the bank has not paid yet."""

BANK: Final = AccountId("bank:treasury")
"""What left by the municipality's treasurer."""

REMINDER_FEES: Final = AccountId("revenue:reminder-fees")
"""Fees of the reminders sent to who owes."""

WRITE_OFFS: Final = AccountId("loss:write-offs")
"""Debts the municipality gave up, each by an officer's decision."""

_OURS: Final = ("revenue:", "clearing:", "equity:", "payable:", "bank:", "loss:")


def holder_account(guardian_id: str) -> AccountId:
    """The one account of a holder: what the municipality owes them in meals."""
    return AccountId(guardian_id)


def revenue_account(service: str, school_id: str, partition: int) -> AccountId:
    """Income of one service in one school. Split by Kafka partition: consumers then never wait for each other on it."""
    return AccountId(f"revenue:{service}:{school_id}:p{partition}")


def partition_of(revenue: str) -> int:
    """The Kafka partition of a revenue account."""
    return int(revenue.rsplit(":p", 1)[1])


def is_holder(account_id: str) -> bool:
    """Whether the account belongs to a family and not to the municipality's own book."""
    return not account_id.startswith(_OURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """State after `sequence` entries. Both sums only grow; `chain` is the hash of the last entry."""

    account_id: AccountId
    debits_cents: int = 0
    credits_cents: int = 0
    sequence: int = 0
    chain: bytes = GENESIS
    standing: Standing = field(default_factory=Standing)
    updated_at: datetime | None = None
    pending: Pending = NOTHING_PENDING

    @property
    def balance_cents(self) -> int:
        """Credits less debits: for a holder what is left to spend, negative when owed."""
        return self.credits_cents - self.debits_cents

    @property
    def available_cents(self) -> int:
        """The balance less what is reserved: what may be refunded or moved. Meals are charged whatever it is."""
        return self.balance_cents - self.pending.debits_cents


def chained(previous: bytes, entry: bytes) -> bytes:
    """The hash that binds an entry to all before it: SHA-256(previous ‖ canonical bytes)."""
    return hashlib.sha256(previous + entry).digest()
