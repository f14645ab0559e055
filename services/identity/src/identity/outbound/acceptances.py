"""Who read or agreed to which text, in MongoDB: `acceptances`, `_id` by guardian, text and version; none is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from identity.domain.published_text import Acceptance
from refettorio_chassis.transaction import Collections

ACCEPTANCES: Final = "acceptances"


class Acceptances:
    """Implements `ports.Acceptances`."""

    def __init__(self, collections: Collections) -> None:
        self._acceptances = collections.collection(ACCEPTANCES)

    async def of_guardian(self, guardian_id: str) -> Sequence[Acceptance]:
        found = await self._acceptances.find({"guardian_id": guardian_id}, {"_id": 0}, sort=[("_id", 1)])
        return [Acceptance(**document) for document in found]

    async def keep(self, acceptance: Acceptance) -> None:
        name = f"{acceptance.guardian_id}/{acceptance.text_id}/{acceptance.version}"
        await self._acceptances.replace_one({"_id": name}, {"_id": name, **asdict(acceptance)}, upsert=True)
