"""Delegations in MongoDB: `_id` delegation_id, unique by guardian and delegate (a fiscal code), days as ISO text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from identity.domain.delegation import Delegation
from identity.domain.fiscal_code import FiscalCode
from refettorio_chassis.clock import rome_day
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

DELEGATIONS: Final = "delegations"


class Delegations:
    """Implements `ports.Delegations`."""

    def __init__(self, collections: Collections) -> None:
        self._delegations = collections.collection(DELEGATIONS)

    async def delegation(self, delegation_id: str) -> Delegation | None:
        found = await self._delegations.find_one({"_id": delegation_id})
        return _delegation(found) if found else None

    async def among(self, delegation_ids: Collection[str]) -> Mapping[str, Delegation]:
        found = await self._delegations.find({"_id": {"$in": list(delegation_ids)}})
        return {document["_id"]: _delegation(document) for document in found}

    async def between(self, guardian_id: str, delegate: FiscalCode) -> Delegation | None:
        found = await self._delegations.find_one({"guardian_id": guardian_id, "delegate": delegate})
        return _delegation(found) if found else None

    async def given_by(self, guardian_id: str) -> Sequence[Delegation]:
        return await self._latest_first({"guardian_id": guardian_id})

    async def received_by(self, delegate: FiscalCode) -> Sequence[Delegation]:
        return await self._latest_first({"delegate": delegate})

    async def keep(self, delegation: Delegation) -> None:
        document = {
            "_id": delegation.delegation_id,
            "guardian_id": delegation.guardian_id,
            "delegate": delegation.delegate,
            "scopes": sorted(delegation.scopes),
            "given_at": delegation.given_at,
            "last_day": delegation.last_day.isoformat(),
            "revoked_at": delegation.revoked_at,
        }
        await self._delegations.replace_one({"_id": delegation.delegation_id}, document, upsert=True)

    async def forget(self, *, ended_before: datetime) -> int:
        over = [{"last_day": {"$lt": rome_day(ended_before).isoformat()}}, {"revoked_at": {"$lt": ended_before}}]
        return await self._delegations.delete_many({"$or": over})

    async def _latest_first(self, where: Document) -> Sequence[Delegation]:
        return [_delegation(each) for each in await self._delegations.find(where, sort=[("given_at", -1), ("_id", 1)])]


def _delegation(document: Document) -> Delegation:
    return Delegation(
        delegation_id=document["_id"],
        guardian_id=document["guardian_id"],
        delegate=FiscalCode(document["delegate"]),
        scopes=frozenset(document["scopes"]),
        given_at=document["given_at"],
        last_day=date.fromisoformat(document["last_day"]),
        revoked_at=document["revoked_at"],
    )
