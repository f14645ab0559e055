"""Grants that wait for a second administrator, in MongoDB: `_id` staff_id, `fiscal_code` unique, days as ISO text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from identity.domain.fiscal_code import FiscalCode
from identity.domain.proposal import StaffProposal
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

PROPOSALS: Final = "staff_proposals"


class Proposals:
    """Implements `ports.Proposals`."""

    def __init__(self, collections: Collections) -> None:
        self._proposals = collections.collection(PROPOSALS)

    async def proposal(self, staff_id: str) -> StaffProposal | None:
        return await self._one({"_id": staff_id})

    async def of(self, fiscal_code: FiscalCode) -> StaffProposal | None:
        return await self._one({"fiscal_code": fiscal_code})

    async def every(self) -> Sequence[StaffProposal]:
        """All of them, the latest first."""
        return [_proposal(each) for each in await self._proposals.find({}, sort=[("proposed_at", -1), ("_id", 1)])]

    async def keep(self, proposal: StaffProposal) -> None:
        document = {
            "_id": proposal.staff_id,
            "fiscal_code": proposal.fiscal_code,
            "roles": sorted(proposal.roles),
            "classes": sorted(proposal.classes),
            "schools": sorted(proposal.schools),
            "lines": sorted(proposal.lines),
            "last_day": proposal.last_day.isoformat() if proposal.last_day else None,
            "proposed_at": proposal.proposed_at,
            "proposed_by": proposal.proposed_by,
        }
        await self._proposals.replace_one({"_id": proposal.staff_id}, document, upsert=True)

    async def drop(self, fiscal_code: FiscalCode) -> None:
        await self._proposals.delete_one({"fiscal_code": fiscal_code})

    async def _one(self, where: Document) -> StaffProposal | None:
        found = await self._proposals.find_one(where)
        return _proposal(found) if found else None


def _proposal(document: Document) -> StaffProposal:
    return StaffProposal(
        staff_id=document["_id"],
        fiscal_code=FiscalCode(document["fiscal_code"]),
        roles=frozenset(document["roles"]),
        classes=frozenset(document["classes"]),
        schools=frozenset(document.get("schools", ())),
        lines=frozenset(document.get("lines", ())),
        last_day=date.fromisoformat(document["last_day"]) if document["last_day"] else None,
        proposed_at=document["proposed_at"],
        proposed_by=document["proposed_by"],
    )
