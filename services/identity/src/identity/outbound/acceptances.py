"""Who read or agreed to which text, in MongoDB: `acceptances`, `_id` by guardian, text, version, and which time it was.

A consent that was taken back and is given again is another row: none is deleted, none is written over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from identity.domain.published_text import Acceptance
from refettorio_chassis.transaction import Collections

ACCEPTANCES: Final = "acceptances"
_IN_ORDER: Final = [("text_id", 1), ("version", 1), ("accepted_at", 1)]


class Acceptances:
    """Implements `ports.Acceptances`."""

    def __init__(self, collections: Collections) -> None:
        self._acceptances = collections.collection(ACCEPTANCES)

    async def of_guardian(self, guardian_id: str) -> Sequence[Acceptance]:
        found = await self._acceptances.find({"guardian_id": guardian_id}, {"_id": 0}, sort=_IN_ORDER)
        return [Acceptance(**document) for document in found]

    async def keep(self, acceptance: Acceptance) -> None:
        row = asdict(acceptance)
        same = {name: row[name] for name in ("guardian_id", "text_id", "version")}
        if await self._acceptances.replace_one({**same, "accepted_at": acceptance.accepted_at}, row):
            return
        before = await self._acceptances.count_documents(same)
        name = "/".join(str(part) for part in (*same.values(), *([before + 1] if before else [])))
        # Two who accept at once write the same name: the second starts again, and finds it accepted.
        await self._acceptances.insert_one({"_id": name, **row})
