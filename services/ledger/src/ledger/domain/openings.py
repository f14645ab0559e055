"""Balances carried over from the system used before."""

from __future__ import annotations

from datetime import date

from ledger.domain.accounts import OPENING_EQUITY, holder_account
from ledger.domain.errors import AmountNotValidError
from ledger.domain.transfers import Kind, OpeningCause, Transfer, opening_id


def opening(*, account_id: str, amount_cents: int, reason: str, day: date) -> Transfer:
    """Credit when `amount_cents` is positive, debt carried over when negative. Raises AmountNotValidError on zero."""
    if amount_cents == 0:
        message = "Il saldo iniziale deve essere diverso da zero."
        raise AmountNotValidError(message, amount_cents=0)
    holder = holder_account(account_id)
    return Transfer(
        transfer_id=opening_id(account_id, reason),
        kind=Kind.OPENING,
        debit=OPENING_EQUITY if amount_cents > 0 else holder,
        credit=holder if amount_cents > 0 else OPENING_EQUITY,
        amount_cents=abs(amount_cents),
        value_day=day,
        cause=OpeningCause(reason=reason),
        fact=(account_id, str(amount_cents), reason.strip().casefold()),
    )
