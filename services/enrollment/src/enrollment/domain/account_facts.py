"""What can happen to the account of a holder, as far as enrolment must know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrollment.domain.debt_block import PaymentInFlight, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtOpened:
    """The balance fell below zero."""

    debt_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtSettled:
    """Nothing is owed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMoved:
    """`balance_cents` is the balance right after."""

    balance_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToppedUp:
    """A notice was paid; `balance_cents` is the balance right after."""

    notice_number: str
    amount_cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempted:
    """The office holds the debt against nobody up to `until`, a Europe/Rome day, inside."""

    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEnded:
    """What was left of a plan was cancelled."""

    plan_id: str


AccountFact = DebtOpened | DebtSettled | BalanceMoved | ToppedUp | PaymentInFlight | Exempted | Plan | PlanEnded
