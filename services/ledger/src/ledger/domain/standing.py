"""Where the holder of an account stands: how many meals the balance still pays, and which alerts were already told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

DEFAULT_STEPS: Final = (3, 0, -3)
"""Alert ladder in meals left, highest first."""

MEASURE_LASTS: Final = timedelta(days=30)
"""Longer than any holiday but the summer's: who has not eaten since is not whom meals are counted for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FellTo:
    """The balance fell to a lower step of the ladder."""

    step: int
    meals_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbedBack:
    """The balance is above the highest step again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtBegan:
    """The balance went below zero because of `service`."""

    service: str
    debt_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtEnded:
    """Nothing is owed any more for `service`."""

    service: str


Alert = FellTo | ClimbedBack | DebtBegan | DebtEnded


def meals_left(balance_cents: int, price_cents: int) -> int:
    """Whole meals the balance still pays; below zero, meals owed even if only in part (-1 cent is one meal owed)."""
    return balance_cents // price_cents


def step_reached(meals: int, steps: tuple[int, ...]) -> int | None:
    """The lowest of `steps` (highest first) at or above `meals`; None above the ladder."""
    if not steps or meals > steps[0]:
        return None
    return min(step for step in steps if meals <= step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was last known and told about an account.

    `meal_price_cents` is what the account bore of the last meal of the child whose meals are the dearest to it, which
    was `meal_pupil_id` on `meal_day`. `told_step` is the step of the ladder on which the account stands: falling below
    it is told once, climbing above it arms it again. `debt_service` is what is owed for.
    """

    meal_price_cents: int | None = None
    meal_pupil_id: str | None = None
    meal_day: date | None = None
    told_step: int | None = None
    debt_service: str | None = None

    def priced(self, price_cents: int, *, pupil_id: str, day: date) -> Standing:
        """The same standing, measured from now on in meals like this one, unless another child's are dearer.

        Else the measure would go up and down with whoever eats last, and with it what is told.
        """
        if price_cents < (self.meal_price_cents or 0) and self._is_of_another(pupil_id, day):
            return self
        return replace(self, meal_price_cents=price_cents, meal_pupil_id=pupil_id, meal_day=day)

    def moved(self, *, balance_cents: int, service: str, steps: tuple[int, ...]) -> tuple[Standing, tuple[Alert, ...]]:
        """The standing after the balance became `balance_cents`, and what is to be told about it."""
        told_step, ladder = self._on_ladder(balance_cents, steps)
        debt_service, debt = self._in_debt(balance_cents, service)
        if not ladder and not debt and told_step == self.told_step:
            return self, ()
        return replace(self, told_step=told_step, debt_service=debt_service), ladder + debt

    def _is_of_another(self, pupil_id: str, day: date) -> bool:
        """Whether the measure is that of another child, who still eats."""
        if self.meal_pupil_id is None or self.meal_day is None:
            return False
        return self.meal_pupil_id != pupil_id and day - self.meal_day <= MEASURE_LASTS

    def _on_ladder(self, balance_cents: int, steps: tuple[int, ...]) -> tuple[int | None, tuple[Alert, ...]]:
        if self.meal_price_cents is None:
            return self.told_step, ()
        meals = meals_left(balance_cents, self.meal_price_cents)
        step = step_reached(meals, steps)
        if step == self.told_step:
            return step, ()
        if step is None:
            return None, (ClimbedBack(),)
        has_fallen = self.told_step is None or step < self.told_step
        return step, (FellTo(step=step, meals_left=meals),) if has_fallen else ()

    def _in_debt(self, balance_cents: int, service: str) -> tuple[str | None, tuple[Alert, ...]]:
        if balance_cents < 0 and self.debt_service is None:
            return service, (DebtBegan(service=service, debt_cents=-balance_cents),)
        if balance_cents >= 0 and self.debt_service is not None:
            return None, (DebtEnded(service=self.debt_service),)
        return self.debt_service, ()
