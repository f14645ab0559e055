"""What does not match between pagoPA's flows and our receipts, and what the office says it has dealt with.

A thing is known by what it is about, not by its place in a flow: a later revision of the flow that says the same leaves
it dealt with. Once it says something else, what the office wrote about it is over by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ledger.domain.errors import WorkAlreadyHandledError, WorkChangedError, WorkNotFoundError, WorkNotHandledError
from ledger.domain.flows import JudgedLine, Outcome, PaymentKey
from ledger.domain.receipts import KeptReceipt, plain_receipt_id

FLOW_MISSING: Final = "flow-missing"
"""The kind of a receipt that no flow names; every other kind is the outcome of a line."""

GONE: Final = "gone"
"""What became of a thing that no flow names any more."""

FLOW_LATE_AFTER: Final = timedelta(days=5)
"""A flow is published by the end of the second day after the payment; week-ends and holidays come on top."""

RECEIPT_PREFIX: Final = "receipt:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A line of a flow that is not matched, or a receipt without a flow (then without `flow` and `id_transfer`)."""

    work_id: str
    kind: str
    flow: str | None
    iuv: str
    iur: str
    id_transfer: int | None
    amount_cents: int
    expected_cents: int | None
    paid_at: datetime
    account_id: str | None

    def says_the_same(self, other: Work) -> bool:
        """Whether the finding is the same, amounts included."""
        return (self.kind, self.amount_cents, self.expected_cents) == (
            other.kind,
            other.amount_cents,
            other.expected_cents,
        )


class Standing(StrEnum):
    """`overtaken`: the thing changed afterwards, so that what was written about it is over by itself."""

    HANDLED = "handled"
    TAKEN_BACK = "taken-back"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Who dealt with what, and why; `work` is as they saw it.

    `ended_because` is the reason of who took it back or, when nobody did, what became of the thing: a kind, `matched`,
    or `gone`.
    """

    handled_id: str
    work: Work
    by: str
    at: datetime
    reason: str
    standing: Standing = Standing.HANDLED
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_because: str | None = None

    def overtaken(self, became: str, *, at: datetime) -> Handled:
        """It closed by itself."""
        return replace(self, standing=Standing.OVERTAKEN, ended_at=at, ended_because=became)


def line_work_id(flow_key: str, key: PaymentKey) -> str:
    """One payment of one flow, whatever its place there; a digest, since pagoPA's identifiers may be any text."""
    return hashlib.sha256("\n".join((flow_key, key.iuv, key.iur, str(key.id_transfer))).encode()).hexdigest()[:32]


def work_of_line(flow_key: str, judged: JudgedLine) -> Work:
    """The line as something to look at."""
    line = judged.line
    return Work(
        work_id=line_work_id(flow_key, line.key),
        kind=judged.outcome.value,
        flow=flow_key,
        iuv=line.key.iuv,
        iur=line.key.iur,
        id_transfer=line.key.id_transfer,
        amount_cents=line.amount_cents,
        expected_cents=judged.expected_cents,
        paid_at=line.paid_at,
        account_id=None,
    )


def work_of_receipt(receipt: KeptReceipt) -> Work:
    """The receipt that no flow names."""
    return Work(
        work_id=f"{RECEIPT_PREFIX}{plain_receipt_id(receipt.receipt_id)}",
        kind=FLOW_MISSING,
        flow=None,
        iuv=receipt.notice_number[1:],
        iur=receipt.receipt_id,
        id_transfer=None,
        amount_cents=receipt.amount_cents,
        expected_cents=None,
        paid_at=receipt.paid_at,
        account_id=receipt.account_id,
    )


def worst(lines: Iterable[JudgedLine]) -> JudgedLine | None:
    """Of the lines about one payment in one flow, one that is not matched if there is any."""
    return min(lines, key=lambda judged: judged.outcome is Outcome.MATCHED, default=None)


def marked(
    work: Work | None, earlier: tuple[Handled, ...], *, seen_kind: str, by: str, at: datetime, reason: str
) -> Handled:
    """The thing as dealt with; the same said again by the same person is the same.

    `earlier` is what was ever said about it, oldest first; `seen_kind` what the clerk was shown.
    Raises WorkNotFoundError, WorkChangedError, WorkAlreadyHandledError.
    """
    if work is None or work.kind == Outcome.MATCHED:
        message = "Questa voce non è più da verificare."
        raise WorkNotFoundError(message)
    if work.kind != seen_kind:
        message = "Questa voce è cambiata da quando l'hai vista: guardala di nuovo."
        raise WorkChangedError(message, kind=work.kind)
    last = earlier[-1] if earlier else None
    if last is not None and last.standing is Standing.HANDLED:
        if (last.by, last.reason) == (by, reason):
            return last
        message = "Questa voce è già segnata come gestita."
        raise WorkAlreadyHandledError(message, by=last.by)
    return Handled(handled_id=f"{work.work_id}#{len(earlier) + 1}", work=work, by=by, at=at, reason=reason)


def taken_back(earlier: tuple[Handled, ...], *, by: str, at: datetime, reason: str) -> Handled:
    """The last mark, taken back; taken back twice is once.

    Raises WorkNotHandledError, also when it closed by itself.
    """
    last = earlier[-1] if earlier else None
    if last is None or last.standing is Standing.OVERTAKEN:
        message = "Questa voce non è segnata come gestita."
        raise WorkNotHandledError(message)
    if last.standing is Standing.TAKEN_BACK:
        return last
    return replace(last, standing=Standing.TAKEN_BACK, ended_at=at, ended_by=by, ended_because=reason)
