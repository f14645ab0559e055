"""What a service could not accept: kept whole with its reason, visible, replayable. Nothing is ever skipped silently.

A document: `_id`, `subscription`, `topic`, `partition`, `offset`, `key`, `value` (bytes), `headers`, `reason`,
`slug`, `behind` (true when it only waits for an earlier one of its key), `state` (`parked`, `replayed`, `dropped`),
`parked_at`, `attempts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from refettorio_chassis.identifiers import uuid7
from refettorio_chassis.mongo import Document
from refettorio_chassis.outbox import MAX_VALUE_BYTES, OutboxRow
from refettorio_chassis.transaction import BoundCollection, Transaction, View
from refettorio_contracts.topics import DEAD_LETTERS

COLLECTION: Final = "set_aside"
UNREADABLE_SLUG: Final = "illeggibile"
MAX_REASON_LENGTH: Final = 500
OLDEST_FIRST: Final = [("topic", 1), ("partition", 1), ("offset", 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """One record and why it is parked."""

    subscription: str
    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    headers: dict[str, str]
    slug: str
    reason: str
    behind: bool = False


async def park(transaction: Transaction, parked: Iterable[Parked], *, service: str) -> None:
    """Keep the records and tell the dead-letter topic, with the commit of the batch they came in."""
    rows = list(parked)
    if not rows:
        return
    now = datetime.now(UTC)
    state = {"state": "parked", "parked_at": now, "attempts": 1}
    await transaction.collection(COLLECTION).insert_many([asdict(row) | state | {"_id": uuid7()} for row in rows])
    for row in rows:
        transaction.post(_dead_letter(row, service))


async def blocked_keys(transaction: Transaction, subscription: str, keys: Iterable[str]) -> set[str]:
    """Which of `keys` have a parked record, behind which later ones must wait."""
    where = {"subscription": subscription, "state": "parked", "key": {"$in": list(set(keys))}}
    found = await transaction.collection(COLLECTION).find(where, {"key": 1})
    return {document["key"] for document in found}


async def listed(view: View | Transaction, *, state: str = "parked", key: str | None = None) -> list[Document]:
    """Parked records, oldest first."""
    where: Document = {"state": state} | ({"key": key} if key else {})
    return await view.collection(COLLECTION).find(where, sort=OLDEST_FIRST)


async def found(collection: BoundCollection, parked_id: str) -> Document | None:
    """One parked record by its identifier, or by the beginning of it."""
    return await collection.find_one({"_id": {"$gte": parked_id, "$lt": parked_id + "\uffff"}})


async def settle(transaction: Transaction, parked_id: str, *, state: str, reason: str) -> bool:
    """Say that a parked record was replayed or dropped; who reads the list later finds why. False: it is no longer."""
    update = {
        "$set": {"state": state, "settled_at": datetime.now(UTC), "settled_because": reason},
        "$inc": {"attempts": 1},
    }
    return await transaction.collection(COLLECTION).update_one({"_id": parked_id, "state": "parked"}, update) == 1


def _dead_letter(row: Parked, service: str) -> OutboxRow:
    headers = row.headers | {
        "origin-topic": row.topic,
        "origin-partition": str(row.partition),
        "origin-offset": str(row.offset),
        "error": row.slug,
        "error-reason": row.reason[:MAX_REASON_LENGTH],
    }
    value = row.value
    if len(value) > MAX_VALUE_BYTES:
        headers |= {"left-out-bytes": str(len(value))}  # too large to send again; the collection has it whole
        value = b""
    return OutboxRow(topic=DEAD_LETTERS[service].name, key=row.key, value=value, headers=headers)
