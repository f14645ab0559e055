"""What does not match, read from `flow_lines` and `receipts`; what the office said about it, in `handled`.

Lines and receipts carry whether a mark stands (`is_handled`), written with the mark: the open list is one query.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from ledger.domain.flows import Outcome
from ledger.domain.receipts import ReceiptState
from ledger.domain.worklist import RECEIPT_PREFIX, Handled, Standing, Work, work_of_line, work_of_receipt, worst
from ledger.outbound.collections import RECEIPTS
from ledger.outbound.flows import FLOW_LINES, line_in
from ledger.outbound.notices import receipt_of
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

HANDLED: Final = "handled"
SETTLED: Final = (ReceiptState.KEPT.value, ReceiptState.CREDITED.value, ReceiptState.UNMATCHED.value)


class WorklistStore:
    """Implements `usecases.reconciling_ports.Worklist`; the reading for pages is here too."""

    def __init__(self, place: Collections) -> None:
        self._lines = place.collection(FLOW_LINES)
        self._receipts = place.collection(RECEIPTS)
        self._handled = place.collection(HANDLED)

    async def work(self, work_id: str, *, late_before: datetime) -> Work | None:
        if work_id.startswith(RECEIPT_PREFIX):
            where = {"plain_id": work_id.removeprefix(RECEIPT_PREFIX)}
            found = await self._without_flow(where, late_before, limit=1)
            return found[0] if found else None
        lines = [line_in(document) for document in await self._lines.find({"work_id": work_id})]
        judged = worst(line.judged for line in lines)
        return work_of_line(lines[0].flow_key, judged) if judged else None

    async def said_of(self, work_id: str) -> tuple[Handled, ...]:
        found = await self._handled.find({"work.work_id": work_id}, sort=[("at", 1), ("_id", 1)])
        return tuple(_handled_of(document) for document in found)

    async def standing_over(self, flow_key: str, iurs: Collection[str]) -> Sequence[Handled]:
        about = [{"work.flow": flow_key}, {"work.iur": {"$in": list(iurs)}}]
        where = {"standing": Standing.HANDLED.value, "$or": about}
        return [_handled_of(document) for document in await self._handled.find(where, sort=[("_id", 1)])]

    async def keep(self, mark: Handled) -> None:
        document = asdict(mark) | {"_id": mark.handled_id, "standing": mark.standing.value}
        await self._handled.replace_one({"_id": mark.handled_id}, document, upsert=True)
        flag = {"$set": {"is_handled": mark.standing is Standing.HANDLED}}
        if mark.work.flow is None:
            await self._receipts.update_one({"_id": mark.work.iur}, flag)
        else:
            await self._lines.update_many({"work_id": mark.work.work_id}, flag)

    async def to_look_at(self, *, late_before: datetime, limit: int) -> Sequence[Work]:
        """Lines that are not matched, then receipts without a flow, at most `limit` of each; nothing with a mark."""
        where = {"outcome": {"$ne": Outcome.MATCHED.value}, "is_handled": {"$ne": True}}
        lines = [line_in(each) for each in await self._lines.find(where, sort=[("_id", 1)], limit=limit)]
        late = await self._without_flow({"is_handled": {"$ne": True}}, late_before, limit=limit)
        return [work_of_line(line.flow_key, line.judged) for line in lines] + late

    async def handled(self, limit: int) -> Sequence[Handled]:
        """Everything the office said, newest first."""
        found = await self._handled.find({}, sort=[("at", -1), ("_id", 1)], limit=limit)
        return [_handled_of(document) for document in found]

    async def _without_flow(self, where: Document, before: datetime, *, limit: int) -> list[Work]:
        """Receipts that no flow has named yet, paid longest ago first."""
        pipeline: list[Document] = [
            {"$match": {"reconciled_at": None, "state": {"$in": list(SETTLED)}, "paid_at": {"$lt": before}, **where}},
            {"$sort": {"paid_at": 1, "_id": 1}},
            {"$lookup": {"from": FLOW_LINES, "localField": "_id", "foreignField": "iur", "as": "named"}},
            {"$match": {"named": []}},
            {"$limit": limit},
        ]
        return [work_of_receipt(receipt_of(document)) for document in await self._receipts.aggregate(pipeline)]


def _handled_of(document: Document) -> Handled:
    said = {name: value for name, value in document.items() if name not in {"_id", "work", "standing"}}
    return Handled(work=Work(**document["work"]), standing=Standing(document["standing"]), **said)
