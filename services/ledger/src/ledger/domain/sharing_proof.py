"""Proving shares: what a second guardian bears follows from what is priced, is in the book, and nothing else is."""

from __future__ import annotations

from ledger.domain.findings import Findings
from ledger.domain.shares import Split
from ledger.domain.sharing import OfPeriod, holder_of, share_of
from ledger.domain.transfers import ShareCause, Shared, Transfer, TransferId, charge_id, subscription_id


class ShareReplay:
    """The shares of one holder's account, entry by entry in order: both sides of a sharing meet there.

    What is due is kept until it is seen, and what the holder gave on before getting it, until that is; how each meal or
    period is shared, for all that follows from it.
    """

    def __init__(self, account_id: str, findings: Findings) -> None:
        self._account_id = account_id
        self._findings = findings
        self._due: dict[TransferId, Transfer] = {}
        self._ahead: dict[TransferId, Transfer] = {}
        self._splits: dict[TransferId, Split | None] = {}

    def replay(self, transfer: Transfer) -> None:
        """One more entry."""
        cause = transfer.cause
        if isinstance(cause, ShareCause):
            if cause.split.account_id != self._account_id:
                self._take(transfer)
        elif isinstance(cause, Shared) and holder_of(transfer) == self._account_id:
            self._expect(transfer, cause)

    def close(self) -> None:
        """Nothing may be left that is due."""
        for share in self._due.values():
            self._findings.add("I12", share.transfer_id, "is not in the book, and is due")
        for share in self._ahead.values():
            self._findings.add("I12", share.transfer_id, "is a share of nothing")

    def _expect(self, transfer: Transfer, cause: Shared) -> None:
        if self._splits.setdefault(_priced_by(cause), cause.split) != cause.split:
            self._findings.add("I12", transfer.transfer_id, "is shared otherwise than what it changes")
        due = share_of(transfer)
        if due is None:
            return
        share = self._ahead.pop(due.transfer_id, None)
        if share is None:
            self._due[due.transfer_id] = due
        else:
            self._compare(share, due)

    def _take(self, share: Transfer) -> None:
        due = self._due.pop(share.transfer_id, None)
        if due is not None:
            self._compare(share, due)
        elif share.debit == self._account_id:
            self._ahead[share.transfer_id] = share
        else:
            self._findings.add("I12", share.transfer_id, "is a share of nothing")

    def _compare(self, share: Transfer, due: Transfer) -> None:
        if due != share:
            self._findings.add("I12", share.transfer_id, "does not follow from what it shares")


def _priced_by(cause: Shared) -> TransferId:
    """What first had a price: adjustments and what gives it back are shared as it was."""
    if isinstance(cause, OfPeriod):
        return subscription_id(cause.pupil_id, cause.service, cause.period)
    return charge_id(cause.meal_id)
