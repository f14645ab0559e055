"""Who of the staff saw or changed the data of a guardian: the lines of the audit that are about them, read only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from identity.domain.roles import STAFF_ROLES
from refettorio_chassis.audit import AUDIT, AuditLine
from refettorio_chassis.transaction import Collections

MOST_SHOWN: Final = 500
"""The latest; older ones are a matter for the office."""


class AccessLog:
    """Reads the audit of this service."""

    def __init__(self, view: Collections) -> None:
        self._audit = view.collection(AUDIT)

    async def about(self, guardian_id: str) -> Sequence[AuditLine]:
        """The latest first."""
        where = {"subject": guardian_id, "role": {"$in": sorted(STAFF_ROLES)}}
        found = await self._audit.find(where, sort=[("at", -1), ("_id", -1)], limit=MOST_SHOWN)
        return [AuditLine(**{name: value for name, value in each.items() if name != "_id"}) for each in found]
