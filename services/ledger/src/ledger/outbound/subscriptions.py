"""Subscriptions to be rated again: those that cost nothing, and what the journal says of the others, in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from pymongo import ReplaceOne

from ledger.domain.rating import Basis
from ledger.domain.subscriptions import (
    FreeSubscription,
    PricedSubscription,
    charged_subscription,
    free_subscription,
)
from ledger.domain.transfers import Kind, Posted, TransferId, subscription_id
from ledger.outbound.collections import FREE_SUBSCRIPTIONS, JOURNAL
from ledger.outbound.documents import posted_of, split_from
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections


class SubscriptionStore:
    """Implements `usecases.ports.Subscriptions`."""

    def __init__(self, place: Collections) -> None:
        self._journal = place.collection(JOURNAL)
        self._free = place.collection(FREE_SUBSCRIPTIONS)

    async def free(self, transfer_ids: Collection[TransferId]) -> Mapping[TransferId, FreeSubscription]:
        found = await self._free.find({"_id": {"$in": list(transfer_ids)}})
        return {TransferId(document["_id"]): _free_of(document) for document in found}

    async def keep_free(self, subscriptions: Sequence[FreeSubscription]) -> None:
        await self._free.bulk_write(
            [ReplaceOne({"_id": each.transfer_id}, _free_document(each), upsert=True) for each in subscriptions]
        )

    async def between(self, first: date, last: date, *, account_id: str | None = None) -> Sequence[PricedSubscription]:
        """Every one of which some day is from `first` to `last`, both inside. Reads the journal through."""
        names = _names_around(first, last)
        debited = {"d.a": account_id} if account_id else {}
        charges = await self._journal.find(
            {"kind": Kind.SUBSCRIPTION.value, "cause.period": names} | debited, sort=[("_id", 1)]
        )
        adjustments = await self._adjustments({"cause.period": names})
        paid = {"account_id": account_id} if account_id else {}
        free = await self._free.find({"period": names} | paid, sort=[("_id", 1)])
        found = [
            *(charged_subscription(posted_of(each), adjustments.get(each["_id"], ())) for each in charges),
            *(free_subscription(_free_of(each), adjustments.get(each["_id"], ())) for each in free),
        ]
        return [each for each in found if each.period.meets(first, last)]

    async def _adjustments(self, where: Document) -> Mapping[str, Sequence[Posted]]:
        found: dict[str, list[Posted]] = {}
        for document in await self._journal.find({"kind": Kind.SUBSCRIPTION_ADJUSTMENT.value, **where}):
            cause = document["cause"]
            name = subscription_id(cause["pupil_id"], cause["service"], cause["period"])
            found.setdefault(name, []).append(posted_of(document))
        return found


def _names_around(first: date, last: date) -> Document:
    """Names of periods begin with a year: `2025-10`, `2025/26`. A school year may have begun the year before."""
    return {"$gte": f"{first.year - 1:04d}", "$lt": f"{last.year + 1:04d}"}


def _free_document(free: FreeSubscription) -> Document:
    return {"_id": free.transfer_id, **asdict(free)}


def _free_of(document: Document) -> FreeSubscription:
    basis = document["basis"]
    known = {name: value for name, value in document.items() if name not in {"_id", "basis", "split"}}
    return FreeSubscription(**known, basis=Basis(**basis) if basis else None, split=split_from(document.get("split")))
