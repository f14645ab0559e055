"""Posting: the only way a balance changes.

A `Book` is the part of the ledger that one transaction works on. It is filled with what is stored, posts in memory
and is then written at once: a thousand transfers cost one round trip for the journal and one for the accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ledger.domain.accounts import Account, AccountId, chained
from ledger.domain.errors import TransferConflictError
from ledger.domain.holds import canonical_hold
from ledger.domain.money import MAX_CENTS
from ledger.domain.reservations import is_sound
from ledger.domain.standing import Standing
from ledger.domain.transfers import Kind, Leg, Posted, Transfer, TransferId, fingerprint_of


class Wording(NamedTuple):
    """What the canonical form of an entry says of its transfer: the same on both sides, so it is put in words once."""

    movement: str
    circumstances: str

    @classmethod
    def of(cls, transfer: Transfer, *, fingerprint: str, booked_at: datetime) -> Wording:
        """Put `transfer` in words."""
        return cls(
            f"{transfer.transfer_id}|{transfer.debit}|{transfer.credit}|{transfer.amount_cents}",
            f"{transfer.value_day.isoformat()}|{booked_at.isoformat()}|{fingerprint}",
        )

    def entry(self, *, sequence: int, side: str, balance_after_cents: int) -> bytes:
        """What is hashed of one entry: everything that decides a balance, in one fixed form."""
        return f"{sequence}|{side}|{self.movement}|{balance_after_cents}|{self.circumstances}".encode()


class Book:
    """Accounts and transfers at hand. Posts never lower a sum, never skip a sequence, never rewrite an entry."""

    def __init__(
        self, accounts: Mapping[AccountId, Account], posted: Mapping[TransferId, Posted], *, booked_at: datetime
    ) -> None:
        self._accounts = dict(accounts)
        self._posted = dict(posted)
        now = booked_at.replace(microsecond=booked_at.microsecond // 1000 * 1000)
        # Never before an earlier entry of these accounts, whatever the clock says: entries are in order of time too.
        self.booked_at = max([now, *(each.updated_at for each in accounts.values() if each.updated_at)])
        self.new_transfers: list[Posted] = []
        self.touched: set[AccountId] = set()

    def account(self, account_id: AccountId) -> Account:
        """The account as it stands; one never seen before is empty."""
        return self._accounts.get(account_id) or Account(account_id=account_id)

    def find(self, transfer_id: TransferId) -> Posted | None:
        """A transfer that is already in the book."""
        return self._posted.get(transfer_id)

    def knows(self, transfer_id: TransferId, kind: Kind, fact: tuple[str, ...]) -> bool:
        """Whether the transfer is in the book already. Raises TransferConflictError when its id names another fact."""
        known = self._posted.get(transfer_id)
        if known is None:
            return False
        if known.fingerprint != fingerprint_of(kind, fact):
            message = "Lo stesso movimento risulta già registrato con un contenuto diverso."
            raise TransferConflictError(message, transfer_id=transfer_id)
        return True

    def changed_accounts(self) -> list[Account]:
        """Each account posted to, once, in its last state; in order of id."""
        return [self._accounts[account_id] for account_id in sorted(self.touched)]

    def post(self, transfer: Transfer) -> Posted | None:
        """Enter `transfer` on both accounts. None when it was there already with the same fact.

        Raises TransferConflictError when its id names another fact.
        """
        if self.knows(transfer.transfer_id, transfer.kind, transfer.fact):
            return None
        is_amount = 0 < transfer.amount_cents <= MAX_CENTS
        if transfer.hold is not None:
            is_amount = is_sound(transfer, self._posted)
        if not is_amount or transfer.debit == transfer.credit:
            message = f"{transfer.transfer_id} is not a transfer: {transfer.amount_cents} cents"
            raise ValueError(message)
        fingerprint = transfer.fingerprint
        wording = Wording.of(transfer, fingerprint=fingerprint, booked_at=self.booked_at)
        posted = Posted(
            transfer=transfer,
            fingerprint=fingerprint,
            booked_at=self.booked_at,
            debit_leg=self._enter(transfer, transfer.debit, "D", wording),
            credit_leg=self._enter(transfer, transfer.credit, "C", wording),
        )
        self._posted[transfer.transfer_id] = posted
        self.new_transfers.append(posted)
        return posted

    def stand(self, account_id: AccountId, standing: Standing) -> None:
        """Keep a new standing of an account that was posted to."""
        self._accounts[account_id] = replace(self._accounts[account_id], standing=standing)

    def _enter(self, transfer: Transfer, account_id: AccountId, side: str, wording: Wording) -> Leg:
        after, leg = entered(self.account(account_id), transfer, side=side, wording=wording, booked_at=self.booked_at)
        self._accounts[account_id] = after
        self.touched.add(account_id)
        return leg


def entered(
    account: Account, transfer: Transfer, *, side: str, wording: Wording, booked_at: datetime
) -> tuple[Account, Leg]:
    """The account after one more entry on `side` (`D` or `C`), and that entry. `verify` replays with it too."""
    debits = account.debits_cents + (transfer.amount_cents if side == "D" else 0)
    credits_ = account.credits_cents + (transfer.amount_cents if side == "C" else 0)
    sequence = account.sequence + 1
    balance = credits_ - debits
    entry = wording.entry(sequence=sequence, side=side, balance_after_cents=balance)
    pending = account.pending
    if transfer.hold is not None:
        pending = pending.after(transfer.hold, side)
        entry += canonical_hold(transfer.hold, pending)
    chain = chained(account.chain, entry)
    after = Account(
        account_id=account.account_id,
        debits_cents=debits,
        credits_cents=credits_,
        sequence=sequence,
        chain=chain,
        standing=account.standing,
        updated_at=booked_at,
        pending=pending,
    )
    return after, Leg(account_id=account.account_id, sequence=sequence, balance_after_cents=balance, chain=chain)
