"""Which message an event of the ledger deserves, and what it says. Most events of an account deserve none.

The holder of an account is the guardian of the same id.
"""

from __future__ import annotations

from typing import Final

from notify.domain.balance import template_for
from notify.inbound.told import Told
from refettorio_chassis.clock import rome_day
from refettorio_contracts import Event, ledger

PAID_TWICE: Final = "already-paid"
"""The one anomaly worth a message of its own: of any other payment the top-up says all there is to say."""

TOLD_OUTCOMES: Final = frozenset({"carried-over", "refund-due", "debt-due"})
"""Who ends the year even has nothing to do and nothing to know; an outcome we have no words for is not told."""


def letter_about(event: Event) -> Told | None:
    """None for what says nothing to a family: a charged meal, an exemption it was told of in person, and the like."""
    match event:
        case ledger.BalanceLow() | ledger.TopUpCredited() | ledger.YearClosed():
            return _about_balance(event)
        case ledger.ReminderIssued() | ledger.DebtWrittenOff() | ledger.InstalmentPlanGranted():
            return _about_debt(event)
        case ledger.RefundApproved() | ledger.RefundPaid() | ledger.RefundRejected():
            return _about_refund(event)
        case ledger.PaymentAnomalous() if event.anomaly == PAID_TWICE:
            values = {"amount_cents": event.amount_cents, "notice_number": event.notice_number}
            return Told(guardian_id=event.account_id, template="notice-paid-twice", values=values)
        case _:
            return None


def _about_balance(event: ledger.BalanceLow | ledger.TopUpCredited | ledger.YearClosed) -> Told | None:
    values: dict[str, object] = {"balance_cents": event.balance_cents}
    match event:
        case ledger.BalanceLow():
            template = template_for(event.threshold_meals)
            values["meals_left"] = event.meals_left
        case ledger.TopUpCredited():
            template = "top-up-credited"
            values |= {
                "amount_cents": event.amount_cents,
                "paid_on": rome_day(event.paid_at),
                "notice_number": event.notice_number,
            }
        case ledger.YearClosed():
            if event.outcome not in TOLD_OUTCOMES:
                return None
            template = f"year-closed-{event.outcome}"
            values |= {"school_year": event.school_year, "balance_cents": event.balance_cents - (event.held_cents or 0)}
    return Told(guardian_id=event.account_id, template=template, values=values)


def _about_debt(event: ledger.ReminderIssued | ledger.DebtWrittenOff | ledger.InstalmentPlanGranted) -> Told:
    values: dict[str, object]
    match event:
        case ledger.ReminderIssued():
            template = "reminder-issued"
            values = {
                "step": event.step,
                "debt_cents": event.debt_cents,
                "fee_cents": event.fee_cents,
                "due_date": event.due_date,
            }
        case ledger.DebtWrittenOff():
            template = "debt-written-off"
            values = {"amount_cents": event.amount_cents, "balance_cents": event.balance_cents}
        case ledger.InstalmentPlanGranted():
            template = "instalment-plan-granted"
            parts = sorted(event.instalments, key=lambda part: part.due_date)
            values = {"instalments": parts, "total_cents": sum(part.amount_cents for part in parts)}
    return Told(guardian_id=event.account_id, template=template, values=values)


def _about_refund(event: ledger.RefundApproved | ledger.RefundPaid | ledger.RefundRejected) -> Told:
    values: dict[str, object] = {"balance_cents": event.balance_cents}
    match event:
        case ledger.RefundApproved(amount_cents=amount_cents):
            template, values["amount_cents"] = "refund-approved", amount_cents
        case ledger.RefundPaid(amount_cents=amount_cents):
            template, values["amount_cents"] = "refund-paid", amount_cents
        case ledger.RefundRejected():
            template = "refund-rejected"
    return Told(guardian_id=event.account_id, template=template, values=values)
