"""Tablets in MongoDB: `_id` tablet_id; `pairing_hash` and `credential_hash`, where present, are unique."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from identity.domain.tablet import Held, Tablet
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

TABLETS: Final = "tablets"


class Tablets:
    """Implements `ports.Tablets`."""

    def __init__(self, collections: Collections) -> None:
        self._tablets = collections.collection(TABLETS)

    async def tablet(self, tablet_id: str) -> Tablet | None:
        return await self._one({"_id": tablet_id})

    async def with_pairing(self, pairing_hash: str) -> Tablet | None:
        return await self._one({"pairing_hash": pairing_hash})

    async def with_credential(self, credential_hash: str) -> Tablet | None:
        return await self._one({"credential_hash": credential_hash})

    async def among(self, credential_hashes: Collection[str]) -> Mapping[str, Tablet]:
        found = map(_tablet, await self._tablets.find({"credential_hash": {"$in": list(credential_hashes)}}))
        return {tablet.credential_hash: tablet for tablet in found if tablet.credential_hash}

    async def every(self) -> Sequence[Tablet]:
        """All of them, the latest first."""
        return [_tablet(document) for document in await self._tablets.find({}, sort=[("registered_at", -1)])]

    async def keep(self, tablet: Tablet) -> None:
        document = {name: value for name, value in asdict(tablet).items() if value is not None}
        document["_id"] = document.pop("tablet_id")
        document["classes"] = sorted(tablet.classes)
        await self._tablets.replace_one({"_id": tablet.tablet_id}, document, upsert=True)

    async def touch(self, tablet_ids: Collection[str], at: datetime) -> None:
        await self._tablets.update_many({"_id": {"$in": list(tablet_ids)}}, {"$max": {"last_seen_at": at}})

    async def touch_held(self, operator_by_tablet: Mapping[str, str], at: datetime) -> None:
        for tablet_id, operator_id in operator_by_tablet.items():
            where = {"_id": tablet_id, "held.operator_id": operator_id}
            await self._tablets.update_one(where, {"$max": {"held.seen_at": at}})

    async def _one(self, where: Document) -> Tablet | None:
        found = await self._tablets.find_one(where)
        return _tablet(found) if found else None


def _tablet(document: Document) -> Tablet:
    return Tablet(
        tablet_id=document["_id"],
        name=document["name"],
        classes=frozenset(document["classes"]),
        registered_at=document["registered_at"],
        pairing_hash=document.get("pairing_hash"),
        pairing_expires_at=document.get("pairing_expires_at"),
        device_name=document.get("device_name"),
        credential_hash=document.get("credential_hash"),
        key_thumbprint=document.get("key_thumbprint"),
        paired_at=document.get("paired_at"),
        last_seen_at=document.get("last_seen_at"),
        revoked_at=document.get("revoked_at"),
        held=Held(**document["held"]) if document.get("held") else None,
    )
