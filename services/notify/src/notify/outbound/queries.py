"""Reading for pages and for the sender, outside any transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from notify.domain.delivery import Delivery, DeliveryState, ListedDelivery
from notify.domain.guardian import Channel, Guardian
from notify.domain.letter import CONTACT_CODE, Letter
from notify.domain.masking import masked
from notify.outbound import documents
from notify.outbound.store import due_filter
from refettorio_chassis.mongo import Document
from refettorio_chassis.readings import merged_records
from refettorio_chassis.transaction import View

PAGE_SIZE: Final = 200
"""Newest first; older ones are a matter for the archive."""


class Queries:
    """Queries on the service's own database."""

    def __init__(self, view: View) -> None:
        self._letters = view.collection("letters")
        self._deliveries = view.collection("deliveries")
        self._guardians = view.collection("guardians")
        self._communications = view.collection("communications")

    async def letters_of(self, guardian_id: str, *, limit: int = PAGE_SIZE) -> list[Letter]:
        """What one guardian was told, newest first; codes are none of it."""
        found = await self._letters.find(
            {"guardian_id": guardian_id, "template": {"$ne": CONTACT_CODE}},
            sort=[("written_at", -1), ("_id", -1)],
            limit=limit,
        )
        return [documents.letter_from(document) for document in found]

    async def every_letter_of(self, guardian_id: str) -> list[Letter]:
        """The same, however many."""
        return await self.letters_of(guardian_id, limit=0)

    async def guardian(self, guardian_id: str) -> Guardian | None:
        found = await self._guardians.find_one({"_id": guardian_id})
        return documents.guardian_from(found) if found else None

    async def merged_into(self, guardian_id: str) -> list[Guardian]:
        """The records that lead to this one, also by way of another."""
        names = await merged_records(self._guardians, guardian_id)
        return [documents.guardian_from(each) for each in await self._guardians.find({"_id": {"$in": names}})]

    async def deliveries_of(self, guardian_ids: Collection[str]) -> list[Delivery]:
        """All to one guardian, by the names they had, newest first; those of codes are none of it."""
        where = {"guardian_id": {"$in": list(guardian_ids)}, "template": {"$ne": CONTACT_CODE}}
        found = await self._deliveries.find(where, sort=[("planned_at", -1), ("_id", -1)])
        return [documents.delivery_from(document) for document in found]

    async def deliveries(self, state: DeliveryState | None) -> list[ListedDelivery]:
        """Deliveries in one state (or all), newest first."""
        where: Document = {"state": state} if state else {}
        found = await self._deliveries.find(where, sort=[("planned_at", -1), ("_id", -1)], limit=PAGE_SIZE)
        guardians = {
            document["_id"]: documents.guardian_from(document)
            for document in await self._guardians.find({"_id": {"$in": [row["guardian_id"] for row in found]}})
        }
        listed = []
        for delivery in map(documents.delivery_from, found):
            guardian = guardians.get(delivery.guardian_id)
            address = delivery.address or (guardian.address_for(delivery.channel) if guardian else None)
            listed.append(ListedDelivery(delivery=delivery, masked_address=masked(address) if address else None))
        return listed

    async def something_is_due(self, channel: Channel, now: datetime, in_hand: Collection[str]) -> bool:
        """Whether claiming would find something: asked before each claim, so that waiting costs no transaction."""
        return await self._deliveries.find_one(due_filter(channel, now, in_hand), {"_id": 1}) is not None

    async def unplanned_communications(self) -> list[str]:
        """Communications whose letters are not all written, oldest first."""
        found = await self._communications.find({"is_planned": False}, {"_id": 1}, sort=[("published_at", 1)])
        return [document["_id"] for document in found]
