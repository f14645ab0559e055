"""When people signed in, from the lines of the audit: sessions are forgotten, these are not."""

from __future__ import annotations

from datetime import datetime

from refettorio_chassis.audit import AUDIT
from refettorio_chassis.transaction import Collections


class SignInTrail:
    """Reads the audit of this service."""

    def __init__(self, view: Collections) -> None:
        self._audit = view.collection(AUDIT)

    async def last_sign_in(self, guardian_id: str) -> datetime | None:
        """None for who never did."""
        where = {"subject": guardian_id, "what": "signed-in"}
        found = await self._audit.find(where, {"at": 1}, sort=[("at", -1)], limit=1)
        return found[0]["at"] if found else None
