"""Tariff versions, assignments and holders, in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from pydantic import TypeAdapter

from ledger.domain.creditor import Holder
from ledger.domain.tariff_rules import TariffRule
from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.outbound.collections import ASSIGNMENTS, HOLDERS, TARIFFS
from refettorio_chassis.mongo import Document
from refettorio_chassis.readings import merged_records
from refettorio_chassis.transaction import Collections

_RULES: Final = TypeAdapter(TariffRule)


class TariffStore:
    """Implements `usecases.ports.Tariffs`."""

    def __init__(self, place: Collections) -> None:
        self._versions = place.collection(TARIFFS)
        self._assignments = place.collection(ASSIGNMENTS)

    async def versions(self) -> Sequence[TariffVersion]:
        found = await self._versions.find({}, sort=[("code", 1), ("valid_from", 1)])
        return [_version_of(document) for document in found]

    async def version(self, code: str, version: str) -> TariffVersion | None:
        document = await self._versions.find_one({"_id": f"{code}/{version}"})
        return _version_of(document) if document else None

    async def publish(self, version: TariffVersion) -> None:
        await self._versions.insert_one(
            {
                "_id": version.name,
                "code": version.code,
                "version": version.version,
                "service": version.service,
                "valid_from": version.valid_from.isoformat(),
                "price_cents": version.price_cents,
                "resolution": version.resolution,
                "source": version.source,
                "rule": _RULES.dump_python(version.rule, mode="json") if version.rule else None,
            }
        )

    async def assignments(self, pupil_ids: Collection[str]) -> Sequence[TariffAssignment]:
        found = await self._assignments.find({"pupil_id": {"$in": list(pupil_ids)}})
        return [_assignment_of(document) for document in found]

    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]:
        """Of all pupils paid from any of the accounts."""
        found = await self._assignments.find({"account_id": {"$in": list(account_ids)}}, sort=[("valid_from", 1)])
        return [_assignment_of(document) for document in found]

    async def assign(self, assignment: TariffAssignment) -> None:
        document = assignment_document(assignment)
        await self._assignments.replace_one({"_id": document["_id"]}, document, upsert=True)


class HolderStore:
    """Implements `usecases.ports.Holders`. Personal data: one small collection, easy to protect and to empty."""

    def __init__(self, place: Collections) -> None:
        self._holders = place.collection(HOLDERS)

    async def holder(self, account_id: str) -> Holder | None:
        return (await self.holders([account_id])).get(account_id)

    async def holders(self, account_ids: Collection[str]) -> Mapping[str, Holder]:
        """Those known, by account."""
        found = await self._holders.find({"_id": {"$in": list(account_ids)}})
        return {each["_id"]: _holder(each) for each in found}

    async def merged(self) -> Mapping[str, str]:
        merged = {"merged_into": {"$type": "string"}}
        found = await self._holders.find(merged, {"merged_into": 1}, sort=[("_id", 1)])
        return {each["_id"]: each["merged_into"] for each in found}

    async def merged_into(self, account_id: str) -> Sequence[str]:
        """Accounts of the records that lead to this one, also by way of another."""
        return await merged_records(self._holders, account_id)

    async def keep(self, holder: Holder) -> None:
        document: Document = {
            "_id": holder.account_id,
            "fiscal_code": holder.fiscal_code,
            "full_name": holder.full_name,
            "is_deceased": holder.is_deceased,
            "merged_into": holder.merged_into,
        }
        await self._holders.replace_one({"_id": holder.account_id}, document, upsert=True)


def _holder(document: Document) -> Holder:
    return Holder(
        account_id=document["_id"],
        fiscal_code=document["fiscal_code"],
        full_name=document["full_name"],
        is_deceased=document.get("is_deceased", False),
        merged_into=document.get("merged_into"),
    )


def assignment_document(assignment: TariffAssignment) -> Document:
    """One for each pupil, service and first day."""
    day = assignment.valid_from.isoformat()
    return {
        "_id": f"{assignment.pupil_id}:{assignment.service}:{day}",
        "pupil_id": assignment.pupil_id,
        "account_id": assignment.account_id,
        "service": assignment.service,
        "tariff_code": assignment.tariff_code,
        "valid_from": day,
        "sibling_rank": assignment.sibling_rank,
        "is_resident": assignment.is_resident,
    }


def _version_of(document: Document) -> TariffVersion:
    """Versions published before there were rules have none."""
    rule = document.get("rule")
    return TariffVersion(
        code=document["code"],
        version=document["version"],
        service=document["service"],
        valid_from=date.fromisoformat(document["valid_from"]),
        price_cents=document["price_cents"],
        resolution=document["resolution"],
        source=document["source"],
        rule=_RULES.validate_python(rule) if rule else None,
    )


def _assignment_of(document: Document) -> TariffAssignment:
    return TariffAssignment(
        pupil_id=document["pupil_id"],
        account_id=document["account_id"],
        service=document["service"],
        tariff_code=document["tariff_code"],
        valid_from=date.fromisoformat(document["valid_from"]),
        sibling_rank=document.get("sibling_rank", 1),
        is_resident=document.get("is_resident", True),
    )
