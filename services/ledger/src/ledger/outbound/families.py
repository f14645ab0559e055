"""Declarations, enrolments and agreed shares, in MongoDB.

An ISEE is personal: one small collection, easy to protect and to empty.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from ledger.domain.families import Declaration, Enrolled
from ledger.domain.rating import FULL
from ledger.domain.shares import Agreement
from ledger.outbound.collections import AGREEMENTS, DECLARATIONS, ENROLMENTS
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections


class FamilyStore:
    """Implements `usecases.ports.Families`."""

    def __init__(self, place: Collections) -> None:
        self._declarations = place.collection(DECLARATIONS)
        self._enrolments = place.collection(ENROLMENTS)
        self._agreements = place.collection(AGREEMENTS)

    async def declarations(self, account_ids: Collection[str]) -> Sequence[Declaration]:
        found = await self._declarations.find({"account_id": {"$in": list(account_ids)}}, sort=[("_id", 1)])
        return [_declaration_of(document) for document in found]

    async def declaration(self, declaration_id: str) -> Declaration | None:
        document = await self._declarations.find_one({"_id": declaration_id})
        return _declaration_of(document) if document else None

    async def declare(self, declaration: Declaration) -> None:
        await self._declarations.insert_one(
            {
                "_id": declaration.declaration_id,
                "account_id": declaration.account_id,
                "isee_cents": declaration.isee_cents,
                "minors": declaration.minors,
                "valid_from": declaration.valid_from.isoformat(),
                "valid_to": declaration.valid_to.isoformat(),
                "filed_on": declaration.filed_on.isoformat(),
                "exemption": declaration.exemption,
                "exempt_pupil_id": declaration.exempt_pupil_id,
                "reference": declaration.reference,
                "registered_at": declaration.registered_at,
            }
        )

    async def enrolments(self, account_ids: Collection[str]) -> Sequence[Enrolled]:
        found = await self._enrolments.find({"account_id": {"$in": list(account_ids)}}, sort=[("_id", 1)])
        return [_enrolled_of(document) for document in found]

    async def enrolled_between(self, first: date, last: date) -> Sequence[Enrolled]:
        """Those that cover some day of the span, in order of account."""
        where = {"valid_from": {"$lte": last.isoformat()}, "valid_to": {"$gte": first.isoformat()}}
        found = await self._enrolments.find(where, sort=[("account_id", 1), ("_id", 1)])
        return [_enrolled_of(document) for document in found]

    async def keep_enrolment(self, enrolled: Enrolled) -> None:
        document: Document = {
            "_id": enrolled.stay_id,
            "enrolment_id": enrolled.enrolment_id,
            "moved_on": enrolled.moved_on.isoformat() if enrolled.moved_on else None,
            "pupil_id": enrolled.pupil_id,
            "account_id": enrolled.account_id,
            "service": enrolled.service,
            "school_id": enrolled.school_id,
            "school_level": enrolled.school_level,
            "class_id": enrolled.class_id,
            "valid_from": enrolled.valid_from.isoformat(),
            "valid_to": enrolled.valid_to.isoformat(),
            "kind": enrolled.kind,
        }
        await self._enrolments.replace_one({"_id": enrolled.stay_id}, document, upsert=True)

    async def stays_of(self, enrolment_id: str) -> Sequence[Enrolled]:
        where: Document = {"$or": [{"_id": enrolment_id}, {"enrolment_id": enrolment_id}]}
        found = await self._enrolments.find(where, sort=[("valid_from", 1), ("_id", 1)])
        return [_enrolled_of(document) for document in found]

    async def agreements(self, pupil_ids: Collection[str]) -> Sequence[Agreement]:
        return await self._agreed({"pupil_id": {"$in": list(pupil_ids)}})

    async def agreements_of(self, account_ids: Collection[str]) -> Sequence[Agreement]:
        """All about the pupils whose costs any of the accounts shares, or somebody shares with any of them."""
        ids = {"$in": list(account_ids)}
        found = await self._agreed({"$or": [{"account_id": ids}, {"second": ids}]})
        return await self.agreements({each.pupil_id for each in found}) if found else []

    async def agree(self, agreement: Agreement) -> bool:
        """The later of two for one day is kept, in whatever order they come."""
        known = await self._agreements.find_one({"_id": agreement.agreement_id})
        if known is not None and known["sequence"] >= agreement.sequence:
            return False
        document: Document = {
            "_id": agreement.agreement_id,
            "pupil_id": agreement.pupil_id,
            "account_id": agreement.account_id,
            "second": agreement.second,
            "percent": agreement.percent,
            "valid_from": agreement.valid_from.isoformat(),
            "sequence": agreement.sequence,
        }
        await self._agreements.replace_one({"_id": agreement.agreement_id}, document, upsert=True)
        return True

    async def _agreed(self, where: Document) -> Sequence[Agreement]:
        return [agreement_of(document) for document in await self._agreements.find(where, sort=[("_id", 1)])]


def _declaration_of(document: Document) -> Declaration:
    return Declaration(
        declaration_id=document["_id"],
        account_id=document["account_id"],
        isee_cents=document["isee_cents"],
        minors=document["minors"],
        valid_from=date.fromisoformat(document["valid_from"]),
        valid_to=date.fromisoformat(document["valid_to"]),
        filed_on=date.fromisoformat(document["filed_on"]),
        exemption=document["exemption"],
        exempt_pupil_id=document["exempt_pupil_id"],
        # Absent in what was kept before anybody asked for them.
        reference=document.get("reference"),
        registered_at=document.get("registered_at"),
    )


def _enrolled_of(document: Document) -> Enrolled:
    return Enrolled(
        enrolment_id=str(document.get("enrolment_id", document["_id"])),
        pupil_id=document["pupil_id"],
        account_id=document["account_id"],
        service=document["service"],
        school_id=document["school_id"],
        school_level=document["school_level"],
        valid_from=date.fromisoformat(document["valid_from"]),
        valid_to=date.fromisoformat(document["valid_to"]),
        moved_on=date.fromisoformat(document["moved_on"]) if document.get("moved_on") else None,
        kind=document.get("kind", FULL),
        class_id=document.get("class_id", ""),
    )


def agreement_of(document: Document) -> Agreement:
    """Agreement from its document."""
    return Agreement(
        pupil_id=document["pupil_id"],
        account_id=document["account_id"],
        second=document["second"],
        percent=document["percent"],
        valid_from=date.fromisoformat(document["valid_from"]),
        sequence=document["sequence"],
    )
