"""Guardians, contacts and grants in MongoDB. The same reading serves transactions and views.

`guardians`: `_id` guardian_id, `fiscal_code` (unique), `without_omocodia`, names, `registered_at`, `version`.
`contacts`: `_id` contact_id, unique by guardian, channel and address. `staff`: `_id` staff_id, `fiscal_code` (unique).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from identity.domain.contact import Contact
from identity.domain.fiscal_code import FiscalCode, without_omocodia
from identity.domain.guardian import Guardian
from identity.domain.people import folded
from identity.domain.roles import StaffGrant
from refettorio_chassis.mongo import Document
from refettorio_chassis.readings import merged_records
from refettorio_chassis.transaction import Collections

GUARDIANS: Final = "guardians"
CONTACTS: Final = "contacts"
STAFF: Final = "staff"


class People:
    """Implements `ports.People`."""

    def __init__(self, collections: Collections) -> None:
        self._guardians = collections.collection(GUARDIANS)
        self._contacts = collections.collection(CONTACTS)
        self._staff = collections.collection(STAFF)

    async def guardian(self, guardian_id: str) -> Guardian | None:
        found = await self._guardians.find_one({"_id": guardian_id})
        return _guardian(found) if found else None

    async def guardians_among(self, guardian_ids: Collection[str]) -> Mapping[str, Guardian]:
        found = await self._guardians.find({"_id": {"$in": list(guardian_ids)}})
        return {document["_id"]: _guardian(document) for document in found}

    async def guardian_of(self, fiscal_code: FiscalCode) -> Guardian | None:
        found = await self._guardians.find_one({"fiscal_code": fiscal_code})
        return _guardian(found) if found else None

    async def born_alike(self, fiscal_code: FiscalCode) -> Sequence[Guardian]:
        where = {"without_omocodia": without_omocodia(fiscal_code), "fiscal_code": {"$ne": fiscal_code}}
        return [_guardian(found) for found in await self._guardians.find(where)]

    async def named(self, words: Sequence[str], *, limit: int) -> Sequence[Guardian]:
        """Reads every name: some tens of thousands, seldom, by a clerk who waits."""
        where = {"$and": [{"$or": [{name: _begins(word)} for name in ("given_name", "family_name")]} for word in words]}
        sort = [("family_name", 1), ("given_name", 1), ("_id", 1)]
        return [_guardian(found) for found in await self._guardians.find(where, sort=sort, limit=limit)]

    async def keep_guardian(self, guardian: Guardian) -> None:
        document = {
            "_id": guardian.guardian_id,
            "fiscal_code": guardian.fiscal_code,
            "without_omocodia": without_omocodia(guardian.fiscal_code),
            "given_name": guardian.given_name,
            "family_name": guardian.family_name,
            "registered_at": guardian.registered_at,
            "version": guardian.version,
            "preferred_channel": guardian.preferred_channel,
            "merged_into": guardian.merged_into,
            "served_at": guardian.served_at,
            "died_on": guardian.died_on.isoformat() if guardian.died_on else None,
        }
        await self._guardians.replace_one({"_id": guardian.guardian_id}, document, upsert=True)

    async def merged_into(self, guardian_id: str) -> Sequence[Guardian]:
        """The records that lead to this one, also by way of another."""
        names = await merged_records(self._guardians, guardian_id)
        known = await self.guardians_among(names)
        return [known[each] for each in names]

    async def contacts(self, guardian_id: str) -> Sequence[Contact]:
        return [contact for contact in await self.every_contact(guardian_id) if contact.removed_at is None]

    async def every_contact(self, guardian_id: str) -> Sequence[Contact]:
        found = await self._contacts.find({"guardian_id": guardian_id}, sort=[("verified_at", 1), ("_id", 1)])
        return [_contact(document) for document in found]

    async def keep_contact(self, contact: Contact) -> None:
        document = {
            "_id": contact.contact_id,
            "guardian_id": contact.guardian_id,
            "channel": contact.channel,
            "address": contact.address,
            "verified_by": contact.verified_by,
            "verified_at": contact.verified_at,
            "removed_at": contact.removed_at,
        }
        await self._contacts.replace_one({"_id": contact.contact_id}, document, upsert=True)

    async def with_contacts(self, *, unserved_since: datetime) -> Collection[str]:
        having = {row["guardian_id"] for row in await self._contacts.find({}, {"guardian_id": 1})}
        before = {"$lt": unserved_since}
        where = {"registered_at": before, "$or": [{"served_at": None}, {"served_at": before}]}
        old = await self._guardians.find(where, {"_id": 1})
        return having & {row["_id"] for row in old}

    async def forget_contacts(self, guardian_id: str) -> None:
        await self._contacts.delete_many({"guardian_id": guardian_id})

    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None:
        found = await self._staff.find_one({"fiscal_code": fiscal_code})
        return _grant(found) if found else None

    async def grants_among(self, fiscal_codes: Collection[FiscalCode]) -> Mapping[FiscalCode, StaffGrant]:
        found = map(_grant, await self._staff.find({"fiscal_code": {"$in": list(fiscal_codes)}}))
        return {grant.fiscal_code: grant for grant in found}

    async def grants(self) -> Sequence[StaffGrant]:
        """Everyone who has a role, the latest first."""
        found = await self._staff.find({"roles": {"$ne": []}}, sort=[("granted_at", -1), ("_id", 1)])
        return [_grant(document) for document in found]

    async def keep_grant(self, grant: StaffGrant) -> None:
        document = {
            "_id": grant.staff_id,
            "fiscal_code": grant.fiscal_code,
            "roles": sorted(grant.roles),
            "classes": sorted(grant.classes),
            "schools": sorted(grant.schools),
            "lines": sorted(grant.lines),
            "granted_at": grant.granted_at,
            "granted_by": grant.granted_by,
            "last_day": grant.last_day.isoformat() if grant.last_day else None,
        }
        await self._staff.replace_one({"_id": grant.staff_id}, document, upsert=True)


def _begins(word: str) -> Document:
    """A word of a name that begins so, whatever its accents and capitals."""
    return {"$regex": r"(?:^|[^\p{L}\p{N}\p{M}])" + "".join(_SPELLINGS.get(letter, letter) for letter in word)}


def _spellings() -> dict[str, str]:
    """For each plain letter a pattern of all that fold to it: `e` is `[eèéEÈÉ…]`, accents written apart included."""
    letters: dict[str, list[str]] = defaultdict(list)
    for each in map(chr, (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))):
        if len(plain := folded(each)) == 1 and plain.isalpha():
            letters[plain].append(each)
    return {plain: f"[{''.join(every)}]\\p{{M}}*" for plain, every in letters.items()}


_SPELLINGS: Final = _spellings()


def _guardian(document: Document) -> Guardian:
    return Guardian(
        guardian_id=document["_id"],
        fiscal_code=FiscalCode(document["fiscal_code"]),
        given_name=document["given_name"],
        family_name=document["family_name"],
        registered_at=document["registered_at"],
        version=document["version"],
        preferred_channel=document.get("preferred_channel"),
        merged_into=document.get("merged_into"),
        served_at=document.get("served_at"),
        died_on=date.fromisoformat(document["died_on"]) if document.get("died_on") else None,
    )


def _contact(document: Document) -> Contact:
    return Contact(
        contact_id=document["_id"],
        guardian_id=document["guardian_id"],
        channel=document["channel"],
        address=document["address"],
        verified_by=document["verified_by"],
        verified_at=document["verified_at"],
        removed_at=document.get("removed_at"),
    )


def _grant(document: Document) -> StaffGrant:
    return StaffGrant(
        staff_id=document["_id"],
        fiscal_code=FiscalCode(document["fiscal_code"]),
        roles=frozenset(document["roles"]),
        classes=frozenset(document["classes"]),
        schools=frozenset(document.get("schools", ())),
        lines=frozenset(document.get("lines", ())),
        granted_at=document["granted_at"],
        granted_by=document["granted_by"],
        last_day=date.fromisoformat(document["last_day"]) if document.get("last_day") else None,
    )
