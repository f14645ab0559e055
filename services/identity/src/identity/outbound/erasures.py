"""Requests of erasure in MongoDB: `_id` request_id; of the open ones at most one for each `guardian_id`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from identity.domain.erasure import OPEN, ErasureRequest
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

ERASURES: Final = "erasure_requests"


class Erasures:
    """Implements `erasure_ports.Erasures`."""

    def __init__(self, collections: Collections) -> None:
        self._requests = collections.collection(ERASURES)

    async def request(self, request_id: str) -> ErasureRequest | None:
        found = await self._requests.find_one({"_id": request_id})
        return _request(found) if found else None

    async def of_guardian(self, guardian_id: str) -> Sequence[ErasureRequest]:
        found = await self._requests.find({"guardian_id": guardian_id}, sort=[("asked_at", -1), ("_id", 1)])
        return [_request(each) for each in found]

    async def waiting(self) -> Sequence[ErasureRequest]:
        """Those that are open, the one to answer first before the others."""
        return [
            _request(each) for each in await self._requests.find({"state": OPEN}, sort=[("asked_at", 1), ("_id", 1)])
        ]

    async def keep(self, request: ErasureRequest) -> None:
        document = asdict(request)
        name = document.pop("request_id")
        await self._requests.replace_one({"_id": name}, {"_id": name, **document}, upsert=True)

    async def forget(self, *, decided_before: datetime) -> int:
        return await self._requests.delete_many({"decided_at": {"$lt": decided_before}})


def _request(document: Document) -> ErasureRequest:
    return ErasureRequest(
        request_id=document["_id"],
        guardian_id=document["guardian_id"],
        asked_at=document["asked_at"],
        state=document["state"],
        decided_by=document["decided_by"],
        reason=document["reason"],
        decided_at=document["decided_at"],
    )
