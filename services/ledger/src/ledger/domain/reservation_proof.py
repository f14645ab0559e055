"""Proving reservations: each decided at most once and for no more than it, and never more taken than was available."""

from __future__ import annotations

from ledger.domain.accounts import Account, is_holder
from ledger.domain.findings import Findings
from ledger.domain.holds import Hold, Pending, Phase
from ledger.domain.reservations import NEVER_INTO_DEBT, reservation_id
from ledger.domain.transfers import Transfer, TransferId


class ReservationReplay:
    """The reservations of one account, entry by entry in order; what is open is all it keeps."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._open: dict[TransferId, tuple[str, int]] = {}

    def replay(self, account: Account, transfer: Transfer, side: str) -> None:
        """One more entry; `account` is as it stands after it."""
        if transfer.hold is not None:
            self._touch(transfer, transfer.hold, side)
        if side == "D" and transfer.kind in NEVER_INTO_DEBT and is_holder(account.account_id):
            self._refuse_debt(account, transfer)

    def close(self, stored: Account) -> None:
        """What is pending on the stored account is what its open reservations hold."""
        held = Pending(
            debits_cents=sum(cents for side, cents in self._open.values() if side == "D"),
            credits_cents=sum(cents for side, cents in self._open.values() if side == "C"),
        )
        if stored.pending != held:
            self._findings.add("I5", stored.account_id, f"has {stored.pending}, its open reservations hold {held}")

    def _touch(self, transfer: Transfer, hold: Hold, side: str) -> None:
        if hold.phase is Phase.RESERVED:
            self._open[transfer.transfer_id] = (side, hold.reserved_cents)
            return
        if self._open.pop(reservation_id(transfer.transfer_id), None) != (side, hold.reserved_cents):
            self._findings.add("I7", transfer.transfer_id, "decides about what is not reserved, or not any more")
        if transfer.amount_cents > hold.reserved_cents:
            self._findings.add("I7", transfer.transfer_id, "takes more than was reserved")

    def _refuse_debt(self, account: Account, transfer: Transfer) -> None:
        if account.available_cents < 0:
            self._findings.add("I5", transfer.transfer_id, f"took {-account.available_cents} cents that were not there")
