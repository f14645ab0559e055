"""Flows and their lines, in MongoDB: `flows` by `<psp>/<name>`, `flow_lines` by `<flow>/<index>`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from ledger.domain.flows import Flow, FlowHead, FlowLine, JudgedLine, Outcome, PaymentKey, PayStatus
from ledger.domain.receipts import KeptReceipt, ReceiptState
from ledger.domain.refunds import RefundState
from ledger.domain.worklist import line_work_id
from ledger.outbound.collections import RECEIPTS
from ledger.outbound.notices import receipt_of
from ledger.outbound.refunds import REFUNDS
from ledger.usecases.reconciling_ports import FlowLineIn, TakenFlow
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import BoundCollection, Collections

FLOWS: Final = "flows"
FLOW_LINES: Final = "flow_lines"
NO_RECEIPT: Final = Outcome.RECEIPT_MISSING.value


class FlowStore:
    """Implements `usecases.reconciling_ports.Flows`; the reading for pages and for the reconciler is here too."""

    def __init__(self, place: Collections) -> None:
        self._flows = place.collection(FLOWS)
        self._lines = place.collection(FLOW_LINES)
        self._receipts = place.collection(RECEIPTS)
        self._refunds = place.collection(REFUNDS)

    async def revision_of(self, flow_key: str) -> int | None:
        found = await self._flows.find_one({"_id": flow_key}, {"revision": 1})
        return int(found["revision"]) if found else None

    async def keep_flow(self, flow: Flow, lines: Sequence[JudgedLine], *, taken_at: datetime) -> None:
        head = flow.head
        document: Document = {
            **asdict(head),
            "_id": head.key,
            "regulation_day": head.regulation_day.isoformat(),
            "adds_up": flow.adds_up,
            "taken_at": taken_at,
        }
        await self._flows.replace_one({"_id": head.key}, document, upsert=True)
        await self._lines.delete_many({"flow": head.key})
        await self._lines.insert_many([_line_document(head.key, line) for line in lines])

    async def lines_of(self, iur: str) -> Mapping[str, FlowLineIn]:
        found = await self._lines.find({"iur": iur}, sort=[("_id", 1)])
        return {document["_id"]: line_in(document) for document in found}

    async def rejudge(self, line_id: str, judged: JudgedLine) -> None:
        changed = {"outcome": judged.outcome.value, "expected": judged.expected_cents}
        await self._lines.update_one({"_id": line_id}, {"$set": changed})

    async def name_lines(self, limit: int) -> int:
        found = await self._lines.find({"work_id": None}, limit=limit)
        for document in found:
            named = {"work_id": line_work_id(document["flow"], _key_of(document))}
            await self._lines.update_one({"_id": document["_id"]}, {"$set": named})
        return len(found)

    async def named_elsewhere(self, iurs: Collection[str], flow_key: str) -> Collection[PaymentKey]:
        where = {"iur": {"$in": list(iurs)}, "flow": {"$ne": flow_key}, "outcome": {"$ne": Outcome.REVOKED.value}}
        return {_key_of(document) for document in await self._lines.find(where)}

    async def matched(self, iurs: Collection[str]) -> Collection[PaymentKey]:
        where = {"iur": {"$in": list(iurs)}, "outcome": Outcome.MATCHED.value}
        return {_key_of(document) for document in await self._lines.find(where)}

    async def receipts(self, receipt_ids: Collection[str]) -> Mapping[str, KeptReceipt]:
        found = await self._receipts.find({"_id": {"$in": list(receipt_ids)}})
        return {document["_id"]: receipt_of(document) for document in found}

    async def reconciled(self, receipt_id: str, at: datetime) -> bool:
        changed = await self._receipts.update_one(
            {"_id": receipt_id, "reconciled_at": None}, {"$set": {"reconciled_at": at}}
        )
        return changed > 0

    async def last_published(self) -> datetime | None:
        """When the newest flow we have was published."""
        found = await self._flows.find({}, {"published_at": 1}, sort=[("published_at", -1)], limit=1)
        moment: datetime | None = found[0]["published_at"] if found else None
        return moment

    async def without_receipt(self, limit: int) -> Sequence[FlowLine]:
        """Lines whose receipt is missing; those never asked for first, then the longest ago."""
        found = await self._lines.find({"outcome": NO_RECEIPT}, sort=[("asked_at", 1), ("_id", 1)], limit=limit)
        return [line_in(document).judged.line for document in found]

    async def asked_since(self, moment: datetime) -> int:
        """How many receipts pagoPA was asked for since: what its limit counts."""
        return await self._lines.count_documents({"asked_at": {"$gt": moment}})

    async def mark_asked(self, key: PaymentKey, at: datetime) -> None:
        where = {"iur": key.iur, "iuv": key.iuv, "id_transfer": key.id_transfer}
        await self._lines.update_many(where, {"$set": {"asked_at": at}})

    async def taken(self, limit: int) -> Sequence[TakenFlow]:
        """Newest first."""
        found = await self._flows.find({}, sort=[("published_at", -1), ("_id", 1)], limit=limit)
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        grouped: list[Document] = [
            {"$match": {"flow": {"$in": [document["_id"] for document in found]}}},
            {"$group": {"_id": {"flow": "$flow", "outcome": "$outcome"}, "lines": {"$sum": 1}}},
        ]
        for each in await self._lines.aggregate(grouped):
            counts[each["_id"]["flow"]][each["_id"]["outcome"]] = each["lines"]
        return [_taken(document, counts[document["_id"]]) for document in found]

    async def credited_cents(self) -> int:
        """The sum of all credited receipts."""
        return await _sum(self._receipts, ReceiptState.CREDITED.value, "$amount_cents")

    async def refunded_cents(self) -> int:
        """The sum of all refunds that the bank has paid."""
        return await _sum(self._refunds, RefundState.PAID.value, "$amount_cents")


async def _sum(place: BoundCollection, state: str, field: str) -> int:
    summed: list[Document] = [{"$match": {"state": state}}, {"$group": {"_id": None, "cents": {"$sum": field}}}]
    found = await place.aggregate(summed)
    return int(found[0]["cents"]) if found else 0


def _line_document(flow_key: str, judged: JudgedLine) -> Document:
    line = judged.line
    return {
        "_id": f"{flow_key}/{line.index}",
        "work_id": line_work_id(flow_key, line.key),
        "flow": flow_key,
        "index": line.index,
        "iuv": line.key.iuv,
        "iur": line.key.iur,
        "id_transfer": line.key.id_transfer,
        "amount": line.amount_cents,
        "status": line.status.value,
        "paid_at": line.paid_at,
        "outcome": judged.outcome.value,
        "expected": judged.expected_cents,
        "asked_at": None,
    }


def _key_of(document: Document) -> PaymentKey:
    return PaymentKey(document["iuv"], document["iur"], document["id_transfer"])


def line_in(document: Document) -> FlowLineIn:
    """The inverse of what `keep_flow` writes."""
    line = FlowLine(
        index=document["index"],
        key=_key_of(document),
        amount_cents=document["amount"],
        status=PayStatus(document["status"]),
        paid_at=document["paid_at"],
    )
    judged = JudgedLine(line=line, outcome=Outcome(document["outcome"]), expected_cents=document["expected"])
    return FlowLineIn(flow_key=document["flow"], judged=judged)


def _taken(document: Document, outcomes: Mapping[str, int]) -> TakenFlow:
    head = FlowHead(
        name=document["name"],
        psp_id=document["psp_id"],
        revision=document["revision"],
        regulation=document["regulation"],
        regulation_day=date.fromisoformat(document["regulation_day"]),
        published_at=document["published_at"],
        total_count=document["total_count"],
        total_cents=document["total_cents"],
    )
    return TakenFlow(head=head, adds_up=document["adds_up"], taken_at=document["taken_at"], outcomes=outcomes)
