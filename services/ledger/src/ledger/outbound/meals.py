"""Meals to be rated again: those that cost nothing, and what the journal says of the others, in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from pymongo import ReplaceOne

from ledger.domain.charging import MealTaken
from ledger.domain.rating import Basis
from ledger.domain.rerating import FreeMeal, PricedMeal, charged_meal, free_meal
from ledger.domain.transfers import Kind, Posted
from ledger.outbound.collections import FREE_MEALS, JOURNAL
from ledger.outbound.documents import posted_of, split_from
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections


class MealStore:
    """Implements `usecases.ports.Meals`."""

    def __init__(self, place: Collections) -> None:
        self._journal = place.collection(JOURNAL)
        self._free = place.collection(FREE_MEALS)

    async def free(self, meal_ids: Collection[str]) -> Mapping[str, FreeMeal]:
        found = await self._free.find({"_id": {"$in": list(meal_ids)}})
        return {document["_id"]: _free_of(document) for document in found}

    async def keep_free(self, meals: Sequence[FreeMeal]) -> None:
        """Kept again when it is taken back."""
        await self._free.bulk_write(
            [ReplaceOne({"_id": each.meal.meal_id}, _free_document(each), upsert=True) for each in meals]
        )

    async def adjustments(self, meal_ids: Collection[str]) -> Mapping[str, Sequence[Posted]]:
        return await self._adjustments({"cause.meal_id": {"$in": list(meal_ids)}})

    async def between(self, first: date, last: date, *, account_id: str | None = None) -> Sequence[PricedMeal]:
        """Every meal eaten from `first` to `last`, both inside, and not taken back; of one account or of all.

        Of all, it reads the journal through.
        """
        days = {"$gte": first.isoformat(), "$lte": last.isoformat()}
        debited, credited = ({f"{side}.a": account_id} if account_id else {} for side in "dc")
        charges = await self._journal.find({"kind": Kind.CHARGE.value, "value_day": days} | debited, sort=[("_id", 1)])
        reversals = await self._journal.find({"kind": Kind.REVERSAL.value} | credited, {"cause.meal_id": 1})
        taken_back = {document["cause"]["meal_id"] for document in reversals}
        adjustments = await self._adjustments({"cause.day": days})
        charged = [
            (meal_id, posted_of(document))
            for document in charges
            if (meal_id := document["cause"]["meal_id"]) not in taken_back
        ]
        paid = {"account_id": account_id} if account_id else {}
        free = await self._free.find({"day": days, "is_taken_back": False} | paid, sort=[("_id", 1)])
        return [
            *(charged_meal(each, adjustments.get(meal_id, ())) for meal_id, each in charged),
            *(free_meal(_free_of(document), adjustments.get(document["_id"], ())) for document in free),
        ]

    async def free_events(self) -> Mapping[int, int]:
        """By partition: one for each meal that cost nothing, and one for each of them that was taken back."""
        events = {"$sum": {"$cond": ["$is_taken_back", 2, 1]}}
        found = await self._free.aggregate([{"$group": {"_id": "$partition", "events": events}}])
        return {document["_id"]: document["events"] for document in found}

    async def _adjustments(self, where: Document) -> Mapping[str, Sequence[Posted]]:
        found: dict[str, list[Posted]] = {}
        for document in await self._journal.find({"kind": Kind.ADJUSTMENT.value, **where}):
            found.setdefault(document["cause"]["meal_id"], []).append(posted_of(document))
        return found


def _free_document(free: FreeMeal) -> Document:
    meal = asdict(free.meal)
    return {
        "_id": meal.pop("meal_id"),
        **meal,
        "day": free.meal.day.isoformat(),
        "tariff_code": free.tariff_code,
        "tariff_version": free.tariff_version,
        "basis": asdict(free.basis) if free.basis else None,
        "is_taken_back": free.is_taken_back,
        "split": asdict(free.split) if free.split else None,
    }


def _free_of(document: Document) -> FreeMeal:
    return FreeMeal(
        meal=MealTaken(
            meal_id=document["_id"],
            account_id=document["account_id"],
            pupil_id=document["pupil_id"],
            school_id=document["school_id"],
            day=date.fromisoformat(document["day"]),
            meal_kind=document["meal_kind"],
            marked_at=document["marked_at"],
            marked_by=document["marked_by"],
            partition=document["partition"],
        ),
        tariff_code=document["tariff_code"],
        tariff_version=document["tariff_version"],
        basis=Basis(**document["basis"]) if document["basis"] else None,
        is_taken_back=document["is_taken_back"],
        split=split_from(document.get("split")),
    )
