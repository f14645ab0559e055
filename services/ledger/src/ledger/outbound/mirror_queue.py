"""Which notices the archive has still to hear of, in MongoDB: one document each, written with the notice itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ledger.domain.mirror import MirrorTask
from refettorio_chassis.transaction import Collections

MIRROR_QUEUE: Final = "mirror_queue"


class MirrorQueue:
    """A queue where only the latest change of a notice counts."""

    def __init__(self, place: Collections) -> None:
        self._queue = place.collection(MIRROR_QUEUE)

    async def put(self, notice_number: str, at: datetime) -> None:
        """In the transaction that changes the notice."""
        change = {"$inc": {"version": 1}, "$set": {"due_at": at, "attempts": 0}}
        await self._queue.update_one({"_id": notice_number}, change, upsert=True)

    async def due(self, now: datetime, limit: int) -> Sequence[MirrorTask]:
        """Longest due first."""
        found = await self._queue.find({"due_at": {"$lte": now}}, sort=[("due_at", 1), ("_id", 1)], limit=limit)
        return [
            MirrorTask(notice_number=each["_id"], version=each["version"], attempts=each["attempts"]) for each in found
        ]

    async def done(self, task: MirrorTask) -> None:
        """Unless the notice has changed meanwhile."""
        await self._queue.delete_one({"_id": task.notice_number, "version": task.version})

    async def again(self, task: MirrorTask, at: datetime) -> None:
        """Unless the notice has changed meanwhile, and is due at once."""
        later = {"$set": {"due_at": at, "attempts": task.attempts + 1}}
        await self._queue.update_one({"_id": task.notice_number, "version": task.version}, later)

    async def waiting(self) -> int:
        """How many the archive has still to hear of."""
        return await self._queue.count_documents({})
