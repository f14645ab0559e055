"""What this service keeps, in MongoDB.

Collections: `guardians` (names and contacts), `enrolments` (who belongs to which audience), `second_guardians` (who
does beside them), `letters`, `deliveries`, `communications`, `early_receipts`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from pymongo import UpdateOne

from notify.domain.communication import Audience, Communication
from notify.domain.delivery import Delivery
from notify.domain.enrolment import Enrolment
from notify.domain.guardian import Channel, Guardian
from notify.domain.letter import Letter
from notify.domain.second_guardian import SecondGuardian
from notify.outbound import documents
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Transaction

COLLECTIONS: Final = (
    "guardians",
    "enrolments",
    "second_guardians",
    "letters",
    "deliveries",
    "communications",
    "early_receipts",
)
OVER: Final = ["sent", "failed"]


_FAMILY: Final[list[Document]] = [
    {"$set": {"beside": {"$concat": ["$pupil_id", "/", "$guardian_id"]}}},
    {"$lookup": {"from": "second_guardians", "localField": "beside", "foreignField": "_id", "as": "seconds"}},
    {"$set": {"family": {"$concatArrays": [["$guardian_id"], "$seconds.guardian_id"]}}},
    {"$unwind": "$family"},
]
"""From enrolments to guardians: the holder of each, and who is second guardian of its pupil beside them."""


class Store:
    """The port of the use cases, on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._guardians = transaction.collection("guardians")
        self._enrolments = transaction.collection("enrolments")
        self._second_guardians = transaction.collection("second_guardians")
        self._letters = transaction.collection("letters")
        self._deliveries = transaction.collection("deliveries")
        self._communications = transaction.collection("communications")
        self._early_receipts = transaction.collection("early_receipts")

    async def guardian(self, guardian_id: str) -> Guardian | None:
        found = await self._guardians.find_one({"_id": guardian_id})
        return documents.guardian_from(found) if found else None

    async def hold_guardian(self, guardian_id: str) -> Guardian:
        [guardian] = await self.hold_guardians([guardian_id])
        return guardian

    async def hold_guardians(self, guardian_ids: Sequence[str]) -> list[Guardian]:
        # An update that changes nothing would not conflict with anybody: the counter makes it a write.
        hold = {"$inc": {"held": 1}, "$setOnInsert": {"given_name": None, "contacts": []}}
        await self._guardians.bulk_write([UpdateOne({"_id": each}, hold, upsert=True) for each in guardian_ids])
        found = await self._guardians.find({"_id": {"$in": list(guardian_ids)}})
        by_id = {document["_id"]: documents.guardian_from(document) for document in found}
        return [by_id[each] for each in guardian_ids]

    async def save_guardian(self, guardian: Guardian) -> None:
        document = documents.guardian_document(guardian)
        await self._guardians.replace_one({"_id": guardian.guardian_id}, document, upsert=True)

    async def enrolment(self, enrolment_id: str) -> Enrolment | None:
        found = await self._enrolments.find_one({"_id": enrolment_id})
        return documents.enrolment_from(found) if found else None

    async def save_enrolment(self, enrolment: Enrolment) -> None:
        document = documents.enrolment_document(enrolment)
        await self._enrolments.replace_one({"_id": enrolment.enrolment_id}, document, upsert=True)

    async def second_guardian(self, pupil_id: str, account_id: str) -> SecondGuardian | None:
        found = await self._second_guardians.find_one({"_id": documents.second_guardian_key(pupil_id, account_id)})
        if found is None:
            return None
        return SecondGuardian(pupil_id=pupil_id, account_id=account_id, guardian_id=found["guardian_id"])

    async def save_second_guardian(self, second: SecondGuardian) -> None:
        document = documents.second_guardian_document(second)
        await self._second_guardians.replace_one({"_id": document["_id"]}, document, upsert=True)

    async def remove_second_guardian(self, second: SecondGuardian) -> None:
        await self._second_guardians.delete_one(documents.second_guardian_document(second))

    async def count_audience(self, audience: Audience, on: date) -> int:
        pipeline: list[Document] = [
            {"$match": _audience_filter(audience, on)},
            {"$group": {"_id": "$guardian_id"}},
            {"$count": "families"},
        ]
        found = await self._enrolments.aggregate(pipeline)
        return int(found[0]["families"]) if found else 0

    async def audience_after(self, audience: Audience, on: date, after: str, limit: int) -> list[str]:
        pipeline: list[Document] = [
            {"$match": _audience_filter(audience, on)},
            *_FAMILY,
            {"$match": {"family": {"$gt": after}}},
            {"$group": {"_id": "$family"}},
            {"$sort": {"_id": 1}},
            {"$limit": limit},
        ]
        return [document["_id"] for document in await self._enrolments.aggregate(pipeline)]

    async def add_letters(self, letters: Sequence[Letter]) -> None:
        await self._letters.bulk_write([_insert_if_new(documents.letter_document(letter)) for letter in letters])

    async def hand_letters(self, guardian_id: str, into_id: str) -> None:
        await self._letters.update_many({"guardian_id": guardian_id}, {"$set": {"guardian_id": into_id}})

    async def letter(self, letter_id: str) -> Letter | None:
        found = await self._letters.find_one({"_id": letter_id})
        return documents.letter_from(found) if found else None

    async def delete_letter(self, letter_id: str) -> None:
        await self._letters.delete_one({"_id": letter_id})

    async def letters_since(self, guardian_id: str, since: datetime) -> list[Letter]:
        where = {"guardian_id": guardian_id, "written_at": {"$gte": since}}
        return [documents.letter_from(found) for found in await self._letters.find(where, sort=[("written_at", 1)])]

    async def plan(self, deliveries: Sequence[Delivery]) -> None:
        rows = [documents.delivery_document(delivery) for delivery in deliveries]
        await self._deliveries.bulk_write([_insert_if_new(row) for row in rows])

    async def claim(
        self, channel: Channel, *, now: datetime, token: str, until: datetime, in_hand: Collection[str]
    ) -> Delivery | None:
        found = await self._deliveries.find_one_and_update(
            due_filter(channel, now, in_hand),
            {"$set": {"state": "sending", "lease_token": token, "lease_until": until}, "$inc": {"attempts": 1}},
            sort=[("next_attempt_at", 1), ("_id", 1)],
        )
        return documents.delivery_from(found) if found else None

    async def leased(self, delivery_id: str, token: str) -> Delivery | None:
        found = await self._deliveries.find_one({"_id": delivery_id, "state": "sending", "lease_token": token})
        return documents.delivery_from(found) if found else None

    async def delivery_by_reference(self, channel: Channel, reference: str) -> Delivery | None:
        found = await self._deliveries.find_one({"channel": channel, "reference": reference})
        return documents.delivery_from(found) if found else None

    async def keep_early_receipt(self, channel: Channel, reference: str, undeliverable: str) -> None:
        row: Document = {"_id": f"{channel}:{reference}", "undeliverable": undeliverable}
        await self._early_receipts.replace_one({"_id": row["_id"]}, row, upsert=True)

    async def take_early_receipt(self, channel: Channel, reference: str) -> str | None:
        # Written before it is read: a receipt that is being kept at this moment meets this transaction here, and the
        # second of the two starts again and sees the first.
        found = await self._early_receipts.find_one_and_update(
            {"_id": f"{channel}:{reference}"}, {"$inc": {"held": 1}}, upsert=True
        )
        await self._early_receipts.delete_one({"_id": f"{channel}:{reference}"})
        return found.get("undeliverable") if found else None

    async def save_delivery(self, delivery: Delivery) -> None:
        await self._deliveries.replace_one({"_id": delivery.delivery_id}, documents.delivery_document(delivery))

    async def forget_letters(self, *, written_before: datetime) -> int:
        old = [row["_id"] for row in await self._letters.find({"written_at": {"$lt": written_before}}, {"_id": 1})]
        waiting = await self._deliveries.find({"letter_id": {"$in": old}, "state": {"$nin": OVER}}, {"letter_id": 1})
        gone = set(old) - {row["letter_id"] for row in waiting}
        return await self._letters.delete_many({"_id": {"$in": sorted(gone)}})

    async def forget_deliveries(self, *, planned_before: datetime) -> int:
        return await self._deliveries.delete_many({"planned_at": {"$lt": planned_before}, "state": {"$in": OVER}})

    async def forget_communications(self, *, published_before: datetime) -> int:
        return await self._communications.delete_many({"is_planned": True, "published_at": {"$lt": published_before}})

    async def save_communication(self, communication: Communication) -> None:
        document = documents.communication_document(communication)
        await self._communications.replace_one({"_id": communication.communication_id}, document, upsert=True)

    async def communication(self, communication_id: str) -> Communication | None:
        found = await self._communications.find_one({"_id": communication_id})
        return documents.communication_from(found) if found else None


def due_filter(channel: Channel, now: datetime, in_hand: Collection[str]) -> Document:
    """Deliveries that may be claimed at `now`."""
    return {
        "channel": channel,
        "_id": {"$nin": list(in_hand)},
        "$or": [
            {"state": "planned", "next_attempt_at": {"$lte": now}},
            {"state": "sending", "lease_until": {"$lt": now}},
        ],
    }


def _audience_filter(audience: Audience, on: date) -> Document:
    """The query that says what `Audience.includes` says; the same scenarios are run on both."""
    stay: Document = {"last_day": {"$gte": on.isoformat()}}
    if audience.kind in {"school", "class"}:
        stay[f"{audience.kind}_id"] = audience.target
    where: Document = {"placements": {"$elemMatch": stay}}
    return where | ({"service": audience.target} if audience.kind == "service" else {})


def _insert_if_new(document: Document) -> UpdateOne:
    """Insert, or leave what is there: a plain insert of a known id would abort the whole transaction."""
    return UpdateOne({"_id": document["_id"]}, {"$setOnInsert": document}, upsert=True)
