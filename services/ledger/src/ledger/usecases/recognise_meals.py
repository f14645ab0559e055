"""Recognise meals that had their effect already, without any effect."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.charging import MealFact, MealTaken
from ledger.domain.transfers import TransferId, charge_id, reversal_id
from ledger.usecases.ports import Ports


async def recognise_meals(ports: Ports, meals: Sequence[MealFact]) -> list[bool]:
    """For each, whether it is in the book, or among the meals that cost nothing, as it is told here."""
    posted = await ports.books.posted({_transfer_of(meal) for meal in meals})
    free = await ports.meals.free({meal.meal_id for meal in meals})
    return [
        _transfer_of(meal) in posted
        or (meal.meal_id in free and (isinstance(meal, MealTaken) or free[meal.meal_id].is_taken_back))
        for meal in meals
    ]


def _transfer_of(meal: MealFact) -> TransferId:
    return charge_id(meal.meal_id) if isinstance(meal, MealTaken) else reversal_id(meal.meal_id)
