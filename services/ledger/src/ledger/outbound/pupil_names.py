"""Names of pupils, for what is printed. Personal data: one small collection, easy to protect and to empty."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from refettorio_chassis.transaction import Collections

PUPIL_NAMES: Final = "pupil_names"


class PupilNameStore:
    """What enrollment told, by pupil."""

    def __init__(self, place: Collections) -> None:
        self._names = place.collection(PUPIL_NAMES)

    async def keep_name(self, pupil_id: str, *, given_name: str, family_name: str) -> None:
        """The last one told."""
        named = {"full_name": f"{given_name} {family_name}", "given_name": given_name}
        await self._names.replace_one({"_id": pupil_id}, {"_id": pupil_id} | named, upsert=True)

    async def names(self, pupil_ids: Collection[str]) -> Mapping[str, str]:
        """Those known."""
        found = await self._names.find({"_id": {"$in": list(pupil_ids)}})
        return {str(document["_id"]): str(document["full_name"]) for document in found}

    async def given_names(self, pupil_ids: Collection[str]) -> Mapping[str, str]:
        """Those known. What was told before given names were kept apart stands there whole."""
        found = await self._names.find({"_id": {"$in": list(pupil_ids)}})
        return {str(each["_id"]): str(each.get("given_name") or each["full_name"]) for each in found}
