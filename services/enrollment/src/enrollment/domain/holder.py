"""The account holder as far as enrolment must know: what they owe, what speaks for them, and so whether they may enrol.

Rule: the municipality's notice, "Per gli alunni già iscritti al servizio, le iscrizioni saranno possibili solo se si è
provveduto al saldo del conto mensa dell'anno precedente".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from enrollment.domain.account_facts import (
    AccountFact,
    BalanceMoved,
    DebtOpened,
    DebtSettled,
    Exempted,
    PlanEnded,
    ToppedUp,
)
from enrollment.domain.debt_block import DebtBlock, Lifting, PaymentInFlight, Plan
from enrollment.domain.identifiers import GuardianId
from enrollment.domain.pupil import Enrolment, Pupil
from enrollment.domain.school_year import previous_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """`debt_cents` is what the ledger last said is owed on the one account of the holder: 0 when nothing is.

    `payments` are on their way, `plans` were granted for the debt as it stands, up to `exempt_until` (inside) it is
    held against nobody.
    """

    guardian_id: GuardianId
    debt_cents: int = 0
    payments: tuple[PaymentInFlight, ...] = ()
    plans: tuple[Plan, ...] = ()
    exempt_until: date | None = None
    version: int = 0

    def after(self, fact: AccountFact) -> Holder:
        """The holder once `fact` has happened; facts come in their order."""
        match fact:
            case DebtOpened():
                after = replace(self, debt_cents=fact.debt_cents)
            case DebtSettled():
                # A plan is about the debt it was granted for: the next debt is another one.
                after = replace(self, debt_cents=0, plans=())
            case BalanceMoved():
                after = self._with_balance(fact.balance_cents)
            case ToppedUp():
                after = self._topped_up(fact)
            case PaymentInFlight():
                after = self._with_payment(fact)
            case Exempted():
                after = replace(self, exempt_until=max(fact.until, self.exempt_until or fact.until))
            case Plan():
                others = (plan for plan in self.plans if plan.plan_id != fact.plan_id)
                after = replace(self, plans=(*others, fact))
            case PlanEnded():
                after = replace(self, plans=tuple(plan for plan in self.plans if plan.plan_id != fact.plan_id))
            case _:
                assert_never(fact)
        return after

    def used_a_service(self, children: Iterable[Pupil], school_year: str, *, shared: Iterable[Enrolment] = ()) -> bool:
        """Whether one of `children` was enrolled at this holder's expense the year before `school_year`.

        `children`: the pupils with an enrolment paid by this holder; `shared`: enrolments of pupils whose second
        guardian they were meanwhile. A family that is new, or comes back after a year without services, is never
        turned away.
        """
        before = previous_label(school_year)
        own = (enrolment for child in children for enrolment in child.enrolled_by(self.guardian_id))
        return any(each.school_year == before and each.was_used for each in (*own, *shared))

    def debt_block(self, *, now: datetime, today: date, network_down_since: datetime | None) -> DebtBlock | None:
        """What the debt means at `now` (`today` in Rome); None when nothing is owed."""
        if self.debt_cents <= 0:
            return None
        flying = [payment for payment in self.payments if payment.counts_at(now)]
        block = DebtBlock(
            debt_cents=self.debt_cents,
            in_flight_cents=sum(payment.amount_cents for payment in flying),
            in_flight_until=min((payment.counts_until for payment in flying), default=None),
        )
        return replace(block, lifted_by=self._lifting(block, today, network_down_since))

    def _lifting(self, block: DebtBlock, today: date, network_down_since: datetime | None) -> Lifting | None:
        if network_down_since is not None:
            return Lifting.NETWORK_DOWN
        if block.to_pay_cents == 0:
            return Lifting.PAYMENT_IN_FLIGHT
        if self.exempt_until is not None and today <= self.exempt_until:
            return Lifting.EXEMPT
        if any(plan.is_kept_on(today) for plan in self.plans):
            return Lifting.ON_PLAN
        return None

    def _with_balance(self, balance_cents: int) -> Holder:
        """While there is a debt its amount follows; only a settlement ends it."""
        return replace(self, debt_cents=-balance_cents) if self.debt_cents and balance_cents < 0 else self

    def _topped_up(self, paid: ToppedUp) -> Holder:
        landed = replace(
            self,
            payments=tuple(each for each in self.payments if each.notice_number != paid.notice_number),
            plans=tuple(replace(plan, paid_cents=plan.paid_cents + paid.amount_cents) for plan in self.plans),
        )
        return landed.after(BalanceMoved(balance_cents=paid.balance_cents))

    def _with_payment(self, began: PaymentInFlight) -> Holder:
        """The same notice begun again counts once, for longer; what nobody waits for any more is forgotten."""
        others = (
            each
            for each in self.payments
            if each.notice_number != began.notice_number and each.counts_at(began.began_at)
        )
        return replace(self, payments=(*others, began))
