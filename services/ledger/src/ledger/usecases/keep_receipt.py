"""Keep a receipt. It attests that money moved, so it is kept whatever we think of it."""

from __future__ import annotations

from datetime import datetime

from ledger.domain.faults import Fault
from ledger.domain.notices import Notice, NoticeState
from ledger.domain.receipts import Anomaly, KeptReceipt, Receipt, ReceiptState, anomaly_of
from ledger.usecases.issue_instalments import take_back
from ledger.usecases.ports import Ports
from refettorio_chassis.clock import rome_day


async def keep_receipt(ports: Ports, receipt: Receipt) -> Fault | None:
    """None when it was taken; it closes the notice at once, and what cannot be paid beside it any more.

    It is credited after by `credit_receipt`.

    The same receipt again answers RECEIPT_KNOWN and changes nothing. A receipt without a notice of ours is kept too,
    as unmatched, and matched if it comes again when the notice is there.
    """
    now = ports.clock.now()
    known = await ports.notices.receipt(receipt.receipt_id)
    if known is not None and known.state is not ReceiptState.UNMATCHED:
        return Fault.RECEIPT_KNOWN
    ours = ports.creditor.fiscal_code
    if receipt.creditor_fiscal_code != ours:
        await ports.notices.keep(_without_notice(receipt, cents=receipt.cents_for(ours), now=now))
        return None
    notice = await ports.notices.notice(receipt.notice_number)
    if notice is None or receipt.creditor_reference != notice.iuv:
        await ports.notices.keep(_without_notice(receipt, cents=receipt.cents_for(ours), now=now))
        return Fault.NOTICE_UNKNOWN if notice is None else Fault.MEANINGLESS
    await _keep_for(ports, receipt, notice, now)
    return None


async def _keep_for(ports: Ports, receipt: Receipt, notice: Notice, now: datetime) -> None:
    cents = receipt.cents_for(ports.creditor.fiscal_code)
    if not receipt.is_paid or cents == 0:
        kept = _kept(receipt, notice, state=ReceiptState.WITHOUT_CREDIT, cents=cents, now=now)
        await ports.notices.keep(kept)
        return
    anomaly = anomaly_of(notice, paid_cents=cents, paid_on=rome_day(receipt.paid_at))
    await ports.notices.keep(_kept(receipt, notice, state=ReceiptState.KEPT, cents=cents, now=now, anomaly=anomaly))
    if notice.state is not NoticeState.PAID:
        await ports.notices.mark_paid(notice.number, receipt.paid_at)
        await _end_the_others(ports, notice)


async def _end_the_others(ports: Ports, paid: Notice) -> None:
    """Of a plan: what is paid by instalments cannot be paid at once any more, and the other way round."""
    plan = await ports.notices.plan(paid.plan.plan_id) if paid.plan else None
    if plan is not None:
        await take_back(ports, plan.ended_by(paid))


def _without_notice(receipt: Receipt, *, cents: int, now: datetime) -> KeptReceipt:
    """Money that reached us without a notice of ours is for the office to look at; any other receipt is only kept."""
    if receipt.is_paid and cents > 0:
        return _kept(receipt, None, state=ReceiptState.UNMATCHED, cents=cents, now=now, anomaly=Anomaly.UNMATCHED)
    return _kept(receipt, None, state=ReceiptState.WITHOUT_CREDIT, cents=cents, now=now)


def _kept(
    receipt: Receipt,
    notice: Notice | None,
    *,
    state: ReceiptState,
    cents: int,
    now: datetime,
    anomaly: Anomaly | None = None,
) -> KeptReceipt:
    return KeptReceipt(
        receipt_id=receipt.receipt_id,
        notice_number=receipt.notice_number,
        account_id=notice.account_id if notice else None,
        service=notice.service if notice else None,
        amount_cents=cents,
        paid_at=receipt.paid_at,
        received_at=now,
        state=state,
        anomaly=anomaly,
        stand_in=receipt.stand_in,
        raw=receipt.raw,
        traceparent=receipt.traceparent,
        parts=receipt.transfers,
    )
