"""Proving the books: the journal is replayed from nothing and must give exactly what is stored.

I1 every transfer moves a positive amount between two accounts and all debits equal all credits; I2 sequences without
gap, balances that follow; I3 one fact per transfer id; I4 every meal event that came is accounted for; I5 who owes is
known to owe, what is pending is what open reservations hold, and what is never to make a debt took no more than was
available; I6 the chain of hashes; I7 never more given back than taken, every adjustment follows the one before it,
every reservation is posted or voided at most once and for no more than it; I8 entries are in order of booking, so that
a balance as of an instant is that of an entry; I9 nothing was booked in a month after it was closed; I10 every credited
receipt is one credit; I11 the replay gives the stored accounts, and every root that was published; I12 what a second
guardian bears follows from every priced transfer, and nothing else is shared. Memory stays that of one account.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from ledger.domain.accounts import Account, AccountId, is_holder
from ledger.domain.book import Wording, entered
from ledger.domain.findings import Findings
from ledger.domain.holds import Phase
from ledger.domain.reckoning import MealReckoning
from ledger.domain.reservation_proof import ReservationReplay
from ledger.domain.sealing import Booked, ChainDigest, Period, Root, root_hash
from ledger.domain.sharing_proof import ShareReplay
from ledger.domain.transfers import (
    Adjusting,
    AdjustmentCause,
    Kind,
    Posted,
    ReversalCause,
    TopUpCause,
    Transfer,
    TransferId,
    charge_id,
    subscription_id,
)

Side = Literal["D", "C"]


class RootReplay:
    """Computes every published root again, from the accounts as they stood at its cut."""

    def __init__(self, roots: Sequence[Root]) -> None:
        self._roots = sorted(roots, key=lambda root: root.cut)
        self._chains = [ChainDigest() for _ in roots]
        self._next = 0

    def before(self, account: Account, booked_at: datetime) -> None:
        """`account` stood like this until `booked_at`."""
        while self._next < len(self._roots) and self._roots[self._next].cut <= booked_at:
            self._stood(account)

    def end(self, account: Account) -> None:
        """`account` has no more entries."""
        while self._next < len(self._roots):
            self._stood(account)
        self._next = 0

    def close(self, findings: Findings) -> None:
        """Compare with what was published."""
        previous: str | None = None
        for root, chains in zip(self._roots, self._chains, strict=True):
            digest = chains.hex()
            expected = root_hash(root.previous, root.day, chains.accounts, chains.entries, digest)
            if (digest, expected) != (root.digest, root.root):
                findings.add("I11", f"root/{root.day.isoformat()}", "the replay gives another root")
            if previous is not None and previous != root.previous:
                findings.add("I11", f"root/{root.day.isoformat()}", "does not follow the root before it")
            previous = root.root

    def _stood(self, account: Account) -> None:
        if account.sequence:
            self._chains[self._next].add(account.account_id, account.sequence, account.chain)
        self._next += 1


class PeriodCheck:
    """Counts what is booked in closed months."""

    def __init__(self, periods: Sequence[Period]) -> None:
        self._periods = sorted(periods, key=lambda period: period.begins_at)
        self._begins = [period.begins_at for period in self._periods]
        self._transfers = [0] * len(periods)
        self._cents = [0] * len(periods)

    def count(self, posted: Posted) -> None:
        """One transfer."""
        place = bisect_right(self._begins, posted.booked_at) - 1
        if place >= 0 and self._periods[place].holds(posted.booked_at):
            self._transfers[place] += 1
            self._cents[place] += posted.transfer.amount_cents

    def close(self, findings: Findings) -> None:
        """Compare with what was counted when they were closed."""
        for period, transfers, cents in zip(self._periods, self._transfers, self._cents, strict=True):
            if Booked(transfers=transfers, cents=cents) != period.booked:
                findings.add("I9", f"period/{period.month}", f"closed with {period.booked}, now {transfers}, {cents}")


def check_debt(stored: Account, findings: Findings) -> None:
    """Debt never refuses a plate, and is never silent: who is below zero was told to owe, and nobody else."""
    is_known = stored.standing.debt_service is not None
    if is_holder(stored.account_id) and (stored.balance_cents < 0) != is_known:
        findings.add("I5", stored.account_id, "owes unknown" if not is_known else "is said to owe and does not")


class AccountReplay:
    """Replays one account, entry by entry in order, and compares each with what was written then."""

    def __init__(self, account_id: AccountId, findings: Findings, roots: RootReplay) -> None:
        self.account = Account(account_id=account_id)
        self._findings = findings
        self._roots = roots
        self._charged: dict[TransferId, int] = {}
        self._given_back: dict[TransferId, int] = {}
        self._adjusted: dict[TransferId, tuple[int, int]] = {}
        self._reservations = ReservationReplay(findings)
        self._shares = ShareReplay(account_id, findings)

    def replay(self, posted: Posted, side: Side) -> None:
        """One more entry."""
        transfer, leg = posted.transfer, posted.debit_leg if side == "D" else posted.credit_leg
        if leg.sequence != self.account.sequence + 1:
            self._findings.add("I2", transfer.transfer_id, f"entry {leg.sequence} follows {self.account.sequence}")
        if self.account.updated_at is not None and posted.booked_at < self.account.updated_at:
            self._findings.add("I8", transfer.transfer_id, "is booked before the entry it follows")
        self._roots.before(self.account, posted.booked_at)
        wording = Wording.of(transfer, fingerprint=posted.fingerprint, booked_at=posted.booked_at)
        self.account, expected = entered(self.account, transfer, side=side, wording=wording, booked_at=posted.booked_at)
        if leg.balance_after_cents != expected.balance_after_cents:
            self._findings.add("I2", transfer.transfer_id, "the balance after it does not follow")
        if leg.chain != expected.chain:
            self._findings.add("I6", transfer.transfer_id, "the chain of hashes is broken")
        self._check_reversal(posted, side)
        self._reservations.replay(self.account, transfer, side)
        self._shares.replay(transfer)
        if isinstance(transfer.cause, Adjusting) and is_holder(self.account.account_id):
            self._check_adjustment(transfer.cause, posted)

    def close(self, stored: Account | None) -> None:
        """Compare with the account as it is stored."""
        self._roots.end(self.account)
        self._shares.close()
        if stored is None:
            self._findings.add("I11", self.account.account_id, "has entries and is not stored")
            return
        self._reservations.close(stored)
        replayed = self.account
        if replace(replayed, standing=stored.standing) != stored:
            self._findings.add("I11", replayed.account_id, "the replay gives another account")

    def _check_reversal(self, posted: Posted, side: Side) -> None:
        """On the account that was charged: it sees the charge as a debit and what is given back as a credit."""
        transfer = posted.transfer
        if transfer.kind in {Kind.CHARGE, Kind.SUBSCRIPTION} and side == "D":
            self._charged[transfer.transfer_id] = transfer.amount_cents
        if isinstance(transfer.cause, ReversalCause) and side == "C":
            original = transfer.cause.reverses
            total = self._given_back.get(original, 0) + transfer.amount_cents
            self._given_back[original] = total
            if total > self._charged.get(original, 0):
                self._findings.add("I7", transfer.transfer_id, "gives back more than was taken")

    def _check_adjustment(self, cause: Adjusting, posted: Posted) -> None:
        """On the family's account: it starts from what was paid so far, and moves exactly to what it costs now."""
        charged = (
            charge_id(cause.meal_id)
            if isinstance(cause, AdjustmentCause)
            else subscription_id(cause.pupil_id, cause.service, cause.period)
        )
        number, cents = self._adjusted.get(charged, (0, self._charged.get(charged, 0)))
        moved = -posted.signed_cents(self.account.account_id)
        follows = (cause.number, cause.before_cents) == (number + 1, cents)
        if not follows or moved != cause.after_cents - cause.before_cents or cause.after_cents < 0:
            self._findings.add("I7", posted.transfer.transfer_id, "does not follow from what had been paid")
        self._adjusted[charged] = (cause.number, cause.after_cents)


class JournalCheck:
    """What can be said of each transfer alone, and of all together."""

    def __init__(self, findings: Findings, periods: Sequence[Period], reckoning: MealReckoning) -> None:
        self._findings = findings
        self._reckoning = reckoning
        self._periods = PeriodCheck(periods)
        self._credited: dict[str, int] = {}
        self.transfers = 0
        self.cents = 0

    def check(self, posted: Posted) -> None:
        """One transfer; call it once for each."""
        transfer = posted.transfer
        self.transfers += 1
        self.cents += transfer.amount_cents
        self._periods.count(posted)
        self._reckoning.count(posted)
        if not _is_amount(transfer) or transfer.debit == transfer.credit:
            self._findings.add("I1", transfer.transfer_id, "is not a positive amount between two accounts")
        if transfer.fingerprint != posted.fingerprint:
            self._findings.add("I3", transfer.transfer_id, "its fact is not the one it was entered with")
        if isinstance(transfer.cause, TopUpCause):
            if transfer.cause.receipt_id in self._credited:
                self._findings.add("I10", transfer.transfer_id, "its receipt is credited twice")
            self._credited[transfer.cause.receipt_id] = transfer.amount_cents

    def close(self, *, debits_cents: int, credits_cents: int, receipts: Mapping[str, int]) -> None:
        """Compare with the sums of all accounts and with the receipts said to be credited."""
        self._periods.close(self._findings)
        self._reckoning.close(self._findings)
        if not debits_cents == credits_cents == self.cents:
            self._findings.add(
                "I1", "book", f"debits {debits_cents}, credits {credits_cents}, journal {self.cents} cents"
            )
        for receipt_id in receipts.keys() | self._credited.keys():
            if receipts.get(receipt_id) != self._credited.get(receipt_id):
                self._findings.add("I10", f"receipt/{receipt_id}", "its credit is not in the journal as it was paid")


def _is_amount(transfer: Transfer) -> bool:
    """Above zero; exactly zero where all a transfer does is to reserve or to void."""
    if transfer.hold is None or transfer.hold.phase is Phase.POSTED:
        return transfer.amount_cents > 0
    return transfer.amount_cents == 0
