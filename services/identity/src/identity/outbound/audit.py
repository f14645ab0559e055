"""The audit in MongoDB: one line for each sign-in, grant, pairing and revocation; added, never changed."""

from __future__ import annotations

from typing import Final

from identity.outbound.store import Collections
from identity.usecases.ports import AuditEntry
from refettorio_chassis.identifiers import new_id

AUDIT: Final = "audit"


class Audit:
    """Implements `ports.Audit`."""

    def __init__(self, collections: Collections) -> None:
        self._audit = collections.collection(AUDIT)

    async def write(self, entry: AuditEntry) -> None:
        await self._audit.insert_one(
            {
                "_id": new_id("aud"),
                "action": entry.action,
                "actor": entry.actor,
                "subject": entry.subject,
                "at": entry.at,
                "details": dict(entry.details),
            }
        )
