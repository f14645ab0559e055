"""Reminders to who owes (solleciti): steps, delays, fees and minimums are data; what suspends them is said.

A step follows the one before it after its delay, and never goes out twice for the same debt: a debt is named by the day
on which the balance fell below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from ledger.domain.accounts import REMINDER_FEES, WRITE_OFFS, holder_account
from ledger.domain.decision_errors import PlanNotValidError, WriteOffTooHighError
from ledger.domain.instalments import Instalment, InstalmentPlan, PlanState, scheduled
from ledger.domain.transfers import DecisionCause, Kind, Transfer, decision_transfer_id


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningStep:
    """`after_days` from the step before (the first: from the day of the debt); pay within `term_days`.

    Below `minimum_cents` owed the step waits. `fee_cents` is charged with it.
    """

    after_days: int
    term_days: int
    minimum_cents: int
    fee_cents: int = 0


DEFAULT_STEPS: Final = (
    DunningStep(after_days=15, term_days=15, minimum_cents=500),
    DunningStep(after_days=30, term_days=15, minimum_cents=500),
    DunningStep(after_days=30, term_days=30, minimum_cents=1_000),
)
"""Two reminders and a formal notice, none with a fee: a fee needs a resolution of the municipality."""


class Suspension(StrEnum):
    """Why nobody is reminded now."""

    DECEASED = "deceased"
    NETWORK_DOWN = "network-down"
    PAYMENT_IN_FLIGHT = "payment-in-flight"
    EXEMPT = "exempt"
    ON_PLAN = "on-plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningCase:
    """How far the reminders of one debt went; `step` counts from 1, 0 before the first."""

    account_id: str
    debt_since: date
    step: int = 0
    last_on: date | None = None
    due_date: date | None = None

    @property
    def reminder_id(self) -> str:
        """Names the last reminder for ever."""
        return f"{self.account_id}:{self.debt_since.isoformat()}:{self.step}"

    def next_on(self, steps: Sequence[DunningStep]) -> date | None:
        """The first day of the next step; None after the last."""
        if self.step >= len(steps):
            return None
        return (self.last_on or self.debt_since) + timedelta(days=steps[self.step].after_days)

    def due_step(self, steps: Sequence[DunningStep], *, debt_cents: int, today: date) -> DunningStep | None:
        """The step to take today, if any."""
        first = self.next_on(steps)
        if first is None or today < first or debt_cents < steps[self.step].minimum_cents:
            return None
        return steps[self.step]

    def reminded(self, step: DunningStep, today: date) -> DunningCase:
        """One step further."""
        return replace(self, step=self.step + 1, last_on=today, due_date=today + timedelta(days=step.term_days))


class ArrangementKind(StrEnum):
    """What an officer can decide about a debt."""

    PLAN = "plan"
    EXEMPTION = "exemption"
    WRITE_OFF = "write-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A decision about the debt of an account, and the officer who took it.

    A plan has instalments; an exemption ends on `until` (inside); a write-off has an amount.
    """

    arrangement_id: str
    account_id: str
    kind: ArrangementKind
    reason: str
    decided_by: str
    decided_at: datetime
    until: date | None = None
    amount_cents: int = 0
    instalments: tuple[Instalment, ...] = ()

    def is_exempt_on(self, day: date) -> bool:
        """Whether it is an exemption that holds."""
        return self.kind is ArrangementKind.EXEMPTION and self.until is not None and day <= self.until

    def is_kept_on(self, day: date, *, paid_cents: int, plan: InstalmentPlan | None = None) -> bool:
        """Whether it is a plan not yet over, and what was due before `day` is paid.

        Each instalment by its notice in `plan`, or all together by whatever was paid since it began (`paid_cents`): who
        tops up without the notices keeps the plan too. Plans granted before there were notices have no `plan`.
        """
        if self.kind is not ArrangementKind.PLAN or day > self.instalments[-1].due_date:
            return False
        if plan is not None and plan.state is not PlanState.OPEN:
            return False
        if plan is not None and not plan.overdue_on(day):
            return True
        return paid_cents >= sum(part.amount_cents for part in self.instalments if part.due_date < day)


def planned(instalments: Sequence[Instalment], *, debt_cents: int, today: date) -> tuple[Instalment, ...]:
    """The instalments of a plan, in order. Raises PlanNotValidError unless they cover the debt exactly, from today."""
    total = sum(part.amount_cents for part in instalments)
    if debt_cents <= 0 or total != debt_cents:
        message = "Le rate devono coprire esattamente il debito."
        raise PlanNotValidError(message, debt_cents=debt_cents, total_cents=total)
    return scheduled(instalments, today=today)


def fee_transfer(case: DunningCase, *, fee_cents: int, decided_by: str, day: date) -> Transfer:
    """The fee of the reminder just issued."""
    return Transfer(
        transfer_id=decision_transfer_id(Kind.FEE, case.reminder_id),
        kind=Kind.FEE,
        debit=holder_account(case.account_id),
        credit=REMINDER_FEES,
        amount_cents=fee_cents,
        value_day=day,
        cause=DecisionCause(decision_id=case.reminder_id, reason=f"reminder {case.step}", decided_by=decided_by),
        fact=(case.reminder_id,),
    )


def write_off_transfer(decided: Arrangement, *, debt_cents: int, day: date) -> Transfer:
    """The municipality bears the loss. Raises WriteOffTooHighError: a write-off never makes a credit."""
    if not 0 < decided.amount_cents <= debt_cents:
        message = "Si può annullare al massimo il debito del conto."
        raise WriteOffTooHighError(message, debt_cents=max(debt_cents, 0), amount_cents=decided.amount_cents)
    return Transfer(
        transfer_id=decision_transfer_id(Kind.WRITE_OFF, decided.arrangement_id),
        kind=Kind.WRITE_OFF,
        debit=WRITE_OFFS,
        credit=holder_account(decided.account_id),
        amount_cents=decided.amount_cents,
        value_day=day,
        cause=DecisionCause(decision_id=decided.arrangement_id, reason=decided.reason, decided_by=decided.decided_by),
        fact=(decided.arrangement_id, decided.account_id, str(decided.amount_cents)),
    )
