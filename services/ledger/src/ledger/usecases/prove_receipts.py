"""Prove that the book holds what receipts brought and refunds took, no more and no less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ledger.domain.accounts import BANK, PAGOPA_CLEARING, Account


class Sums(Protocol):
    """What receipts and refunds say by themselves."""

    async def credited_cents(self) -> int: ...
    async def refunded_cents(self) -> int: ...


class Accounts(Protocol):
    """Where accounts are read."""

    async def account(self, account_id: str) -> Account | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`ledger_cents` is what came in by receipts less what went out by the bank, by the book."""

    ledger_cents: int
    receipts_cents: int
    refunds_cents: int

    @property
    def holds(self) -> bool:
        """Whether the book says what receipts less refunds say."""
        return self.ledger_cents == self.receipts_cents - self.refunds_cents


async def prove_receipts(sums: Sums, accounts: Accounts) -> Proof:
    """While money moves a difference of the last moment may show: look again."""
    clearing, bank = await accounts.account(PAGOPA_CLEARING), await accounts.account(BANK)
    return Proof(
        ledger_cents=(clearing.debits_cents if clearing else 0) - (bank.credits_cents if bank else 0),
        receipts_cents=await sums.credited_cents(),
        refunds_cents=await sums.refunded_cents(),
    )
