"""Plans of instalments that nobody granted: a family asked for one by itself. Kept, they suspend reminders.

Bounded, because nobody decided about them: the plan covers all that was owed when it was asked for, begins within a
month and ends within a year. Of one debt only plans that are kept speak for the family: after one that was broken the
next is the office's to grant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.domain.instalments import InstalmentPlan

FIRST_WITHIN: Final = timedelta(days=31)
LAST_WITHIN: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlan:
    """A plan, the day (Rome) it was asked for, what was owed then, and what was paid since, by its notices or not."""

    plan: InstalmentPlan
    asked_on: date
    owed_cents: int
    paid_cents: int

    def is_about(self, debt_since: date) -> bool:
        """Whether it was asked for the debt that began on `debt_since`, all of it, and in bounds."""
        first, last = self.plan.instalments[0].due_date, self.plan.instalments[-1].due_date
        return (
            self.asked_on >= debt_since
            and 0 < self.owed_cents <= self.plan.amount_cents
            and first <= self.asked_on + FIRST_WITHIN
            and last <= self.asked_on + LAST_WITHIN
        )

    def is_broken_on(self, day: date) -> bool:
        """Whether less was paid than was due before `day`."""
        due_cents = sum(part.amount_cents for part in self.plan.instalments if part.due_date < day)
        return bool(self.plan.overdue_on(day)) and self.paid_cents < due_cents


def are_kept(plans: Iterable[OwnPlan], *, debt_since: date, today: date) -> bool:
    """Whether `plans`, each with something left to be paid, suspend the reminders of the debt."""
    about = [each for each in plans if each.is_about(debt_since)]
    is_running = any(today <= each.plan.instalments[-1].due_date for each in about)
    return is_running and not any(each.is_broken_on(today) for each in about)
