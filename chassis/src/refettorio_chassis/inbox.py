"""The processed-markers: which events this service has already taken in. Committed with their effect.

A marker is one small document: `_id` = `<subscription>:<event id>`, `at`.
A redelivered event finds its marker and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from refettorio_chassis.transaction import Transaction

COLLECTION: Final = "processed"


async def already_processed(transaction: Transaction, subscription: str, event_ids: Iterable[str]) -> set[str]:
    """Those of `event_ids` that were taken in before."""
    prefix = f"{subscription}:"
    where = {"_id": {"$in": [prefix + event_id for event_id in event_ids]}}
    found = await transaction.collection(COLLECTION).find(where, {"_id": 1})
    return {document["_id"].removeprefix(prefix) for document in found}


async def mark_processed(transaction: Transaction, subscription: str, event_ids: Iterable[str]) -> None:
    """Leave the markers. Two deliveries at once: the loser meets the winner's marker, aborts, and then finds it."""
    at = datetime.now(UTC)
    markers = [{"_id": f"{subscription}:{event_id}", "at": at} for event_id in event_ids]
    await transaction.collection(COLLECTION).insert_many(markers)
