"""Facts of the book in the words of the contracts."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from ledger.domain.notices import Notice
from ledger.domain.receipts import Anomaly, KeptReceipt, plain_receipt_id
from ledger.domain.school_year import school_year_of
from ledger.domain.standing import Alert, ClimbedBack, DebtBegan, DebtEnded, FellTo
from ledger.domain.transfers import ChargeCause, Posted, ReversalCause, TopUpCause
from refettorio_contracts import Event
from refettorio_contracts.ledger import (
    BalanceLow,
    BalanceRestored,
    ChargeReversed,
    DebtOpened,
    DebtSettled,
    MealCharged,
    NoticeIssued,
    PaymentAnomalous,
    PaymentReconciled,
    PaymentSettled,
    TopUpCredited,
)


def tells_balance(posted: Posted) -> bool:
    """Whether an event of its own tells the balance after `posted`."""
    return isinstance(posted.transfer.cause, ChargeCause | ReversalCause | TopUpCause)


def posted_event(
    posted: Posted, account_id: str, *, balance_cents: int, paid_at: datetime | None = None
) -> Event | None:
    """The event that tells `posted` to the holder's topic, where it has one of its own.

    `balance_cents` is after what a second guardian bears of it, too.
    """
    transfer, balance = posted.transfer, balance_cents
    match transfer.cause:
        case ChargeCause() as cause:
            return MealCharged(
                account_id=account_id,
                balance_cents=balance,
                transfer_id=transfer.transfer_id,
                meal_id=cause.meal_id,
                pupil_id=cause.pupil_id,
                day=transfer.value_day,
                amount_cents=transfer.amount_cents,
                tariff_version=f"{cause.tariff_code}/{cause.tariff_version}",
            )
        case ReversalCause() as cause:
            return ChargeReversed(
                account_id=account_id,
                balance_cents=balance,
                transfer_id=transfer.transfer_id,
                reversed_transfer_id=cause.reverses,
                meal_id=cause.meal_id,
                pupil_id=cause.pupil_id,
                day=transfer.value_day,
                amount_cents=transfer.amount_cents,
                reason=cause.reason,
            )
        case TopUpCause() as cause:
            return TopUpCredited(
                account_id=account_id,
                balance_cents=balance,
                transfer_id=transfer.transfer_id,
                notice_number=cause.notice_number,
                amount_cents=transfer.amount_cents,
                paid_at=paid_at or posted.booked_at,
            )
        case _:
            return None


def alert_event(alert: Alert, posted: Posted, account_id: str) -> Event:
    """The event that tells `alert`, raised by `posted`."""
    balance = posted.leg_of(account_id).balance_after_cents
    match alert:
        case FellTo(step=step, meals_left=meals):
            return BalanceLow(account_id=account_id, balance_cents=balance, threshold_meals=step, meals_left=meals)
        case ClimbedBack():
            return BalanceRestored(account_id=account_id, balance_cents=balance)
        case DebtBegan(service=service, debt_cents=debt):
            return DebtOpened(
                account_id=account_id,
                balance_cents=balance,
                service=service,
                school_year=school_year_of(posted.transfer.value_day),
                debt_cents=debt,
            )
        case DebtEnded(service=service):
            return DebtSettled(account_id=account_id, balance_cents=balance, service=service)
        case _:
            assert_never(alert)


def notice_issued(notice: Notice) -> NoticeIssued:
    """A notice can be paid from now on."""
    return NoticeIssued(
        notice_number=notice.number,
        account_id=notice.account_id,
        amount_cents=notice.amount_cents,
        due_date=notice.due_date,
        service=notice.service,
        plan_id=notice.plan.plan_id if notice.plan else None,
        instalment=notice.instalment[0] if notice.instalment else None,
    )


def payment_settled(receipt: KeptReceipt, account_id: str) -> PaymentSettled:
    """The receipt is in the book."""
    return PaymentSettled(
        notice_number=receipt.notice_number,
        account_id=account_id,
        receipt_id=plain_receipt_id(receipt.receipt_id),
        amount_cents=receipt.amount_cents,
        paid_at=receipt.paid_at,
    )


def payment_anomalous(receipt: KeptReceipt, account_id: str, anomaly: Anomaly) -> PaymentAnomalous:
    """The receipt is in the book, and somebody should look at it."""
    return PaymentAnomalous(
        notice_number=receipt.notice_number,
        account_id=account_id,
        receipt_id=plain_receipt_id(receipt.receipt_id),
        amount_cents=receipt.amount_cents,
        anomaly=anomaly.value,
    )


def payment_reconciled(receipt: KeptReceipt, account_id: str, flow: str) -> PaymentReconciled:
    """The payment service provider says it sent the money to our bank, in `flow`."""
    return PaymentReconciled(
        notice_number=receipt.notice_number,
        account_id=account_id,
        receipt_id=plain_receipt_id(receipt.receipt_id),
        amount_cents=receipt.amount_cents,
        flow=plain_receipt_id(flow),
    )
