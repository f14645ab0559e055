"""Contacts that wait for their code, in MongoDB: `_id` guardian_id. Never the code itself."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Final

from identity.domain.contact_code import ContactCodes, WaitingContact
from refettorio_chassis.transaction import Collections

CONTACT_CODES: Final = "contact_codes"


class ContactCodesInMongo:
    """Implements `ports.ContactCodesStore`."""

    def __init__(self, collections: Collections) -> None:
        self._codes = collections.collection(CONTACT_CODES)

    async def of_guardian(self, guardian_id: str) -> ContactCodes | None:
        found = await self._codes.find_one({"_id": guardian_id})
        if found is None:
            return None
        waiting = found["waiting"]
        return ContactCodes(
            guardian_id=found["_id"],
            waiting=WaitingContact(**waiting) if waiting else None,
            sent_at=tuple(found["sent_at"]),
            version=found["version"],
        )

    async def keep(self, codes: ContactCodes) -> None:
        document = asdict(codes)
        document["_id"] = document.pop("guardian_id")
        document["sent_at"] = list(codes.sent_at)
        await self._codes.replace_one({"_id": codes.guardian_id}, document, upsert=True)

    async def forget(self, *, expired_before: datetime) -> None:
        await self._codes.update_many({"waiting.expires_at": {"$lt": expired_before}}, {"$set": {"waiting": None}})
