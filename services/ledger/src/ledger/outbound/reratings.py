"""Previews of re-ratings, in MongoDB: one document each, and one per difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from pymongo import ReplaceOne

from ledger.domain.accounts import AccountId
from ledger.domain.rating import Basis
from ledger.domain.repricing import Preview
from ledger.domain.rerating import Difference, Priced, PricedMeal
from ledger.domain.subscriptions import Period, PricedSubscription
from ledger.outbound.collections import RERATING_LINES, RERATINGS
from ledger.outbound.documents import split_from
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections


class ReratingStore:
    """Implements `usecases.ports.Reratings`."""

    def __init__(self, place: Collections) -> None:
        self._previews = place.collection(RERATINGS)
        self._lines = place.collection(RERATING_LINES)

    async def add_lines(self, preview_id: str, start: int, lines: Sequence[Difference]) -> None:
        documents = [_line_document(preview_id, start + place, line) for place, line in enumerate(lines)]
        await self._lines.bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents])

    async def add(self, preview: Preview) -> None:
        document = asdict(preview)
        await self._previews.insert_one(
            {
                "_id": document.pop("preview_id"),
                **document,
                "first": preview.first.isoformat(),
                "last": preview.last.isoformat(),
            }
        )

    async def preview(self, preview_id: str) -> Preview | None:
        document = await self._previews.find_one({"_id": preview_id})
        if document is None:
            return None
        document["first"] = date.fromisoformat(document["first"])
        document["last"] = date.fromisoformat(document["last"])
        return Preview(preview_id=document.pop("_id"), **document)

    async def lines(self, preview_id: str, *, start: int, limit: int) -> Sequence[Difference]:
        where = {"preview_id": preview_id, "place": {"$gte": start, "$lt": start + limit}}
        found = await self._lines.find(where, sort=[("place", 1)])
        return [_line_of(document) for document in found]

    async def mark_posted(self, preview_id: str, posted_at: datetime) -> None:
        await self._previews.update_one({"_id": preview_id}, {"$set": {"posted_at": posted_at}})


def _line_document(preview_id: str, place: int, line: Difference) -> Document:
    return {
        "_id": f"{preview_id}:{place}",
        "preview_id": preview_id,
        "place": place,
        **_priced_document(line.priced),
        "after_cents": line.after_cents,
        "tariff_code": line.tariff_code,
        "tariff_version": line.tariff_version,
        "basis": asdict(line.basis) if line.basis else None,
    }


def _line_of(document: Document) -> Difference:
    return Difference(
        priced=_priced_of(document),
        after_cents=document["after_cents"],
        tariff_code=document["tariff_code"],
        tariff_version=document["tariff_version"],
        basis=Basis(**document["basis"]) if document["basis"] else None,
    )


def _priced_document(priced: Priced) -> Document:
    match priced:
        case PricedMeal():
            return {"meal": asdict(priced) | {"day": priced.day.isoformat()}}
        case PricedSubscription():
            return {"subscription": asdict(priced) | {"period": priced.period.name}}


def _priced_of(document: Document) -> Priced:
    if "meal" in document:
        meal = document["meal"]
        known = {"day": date.fromisoformat(meal["day"]), "revenue": AccountId(meal["revenue"])} | _shared(meal)
        return PricedMeal(**(meal | known))
    subscription = document["subscription"]
    known = {"period": Period.named(subscription["period"]), "revenue": AccountId(subscription["revenue"])}
    return PricedSubscription(**(subscription | known | _shared(subscription)))


def _shared(priced: Document) -> Document:
    """Lines kept before there were shares have none."""
    return {"split": split_from(priced.get("split"))}
