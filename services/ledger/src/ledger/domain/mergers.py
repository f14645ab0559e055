"""Two accounts of one person: whatever stands on the one goes to the other, credit or debt, and keeps going there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from ledger.domain.accounts import Account, AccountId, holder_account
from ledger.domain.transfers import DecisionCause, Kind, Transfer, decision_transfer_id

IDENTITY: Final = "identity"
"""Who decided: the office, there; the audit of that service has the clerk and the reason."""


def kept_record(record: str, merged: Mapping[str, str]) -> str:
    """The record of the same person that nothing was merged after: itself, where it was merged into none."""
    passed: set[str] = set()
    while record in merged and record not in passed:
        passed.add(record)
        record = merged[record]
    return record


def merger_transfer(account: Account, into: str, *, day: date) -> Transfer | None:
    """None when nothing may go: the account is even, or all its credit is reserved to a refund that is not decided.

    Named after the state of the account it settles, so that two who settle the same state make one transfer.
    """
    debt, credit = max(0, -account.balance_cents), max(0, account.available_cents)
    if not debt and not credit:
        return None
    sides: tuple[AccountId, AccountId] = (account.account_id, holder_account(into))
    debit, credited = sides if credit else sides[::-1]
    name = f"{account.account_id}:{account.sequence}"
    return Transfer(
        transfer_id=decision_transfer_id(Kind.MERGER, name),
        kind=Kind.MERGER,
        debit=debit,
        credit=credited,
        amount_cents=credit or debt,
        value_day=day,
        cause=DecisionCause(decision_id=name, reason="merged", decided_by=IDENTITY),
        fact=(name, into),
    )
