"""Notices and receipts, in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from ledger.domain.instalments import InstalmentPlan, plans_among
from ledger.domain.notices import Notice, NoticeNumber, NoticePart, NoticeState, PlanPlace
from ledger.domain.receipts import (
    Anomaly,
    KeptReceipt,
    ReceiptState,
    ReceivedTransfer,
    Resolution,
    WaitingReceipt,
    plain_receipt_id,
)
from ledger.outbound.collections import NOTICES, RECEIPTS, SEQUENCES
from ledger.outbound.mirror_queue import MirrorQueue
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections


class NoticeStore:
    """Implements `usecases.ports.Notices`."""

    def __init__(self, place: Collections) -> None:
        self._notices = place.collection(NOTICES)
        self._receipts = place.collection(RECEIPTS)
        self._sequences = place.collection(SEQUENCES)
        self._mirror = MirrorQueue(place)

    async def next_base(self, segregation_code: str) -> int:
        """Two notices at once: the second waits for the first and takes the next number."""
        counter = await self._sequences.find_one_and_update(
            {"_id": f"notice:{segregation_code}"}, {"$inc": {"last": 1}}, upsert=True
        )
        if counter is None:
            message = "the notice sequence is gone"
            raise RuntimeError(message)
        return int(counter["last"])

    async def add(self, notice: Notice) -> None:
        await self._notices.insert_one(
            {
                "_id": notice.number,
                "account_id": notice.account_id,
                "service": notice.service,
                "amount_cents": notice.amount_cents,
                "issued_at": notice.issued_at,
                "due_date": notice.due_date.isoformat(),
                "payable_until": notice.payable_until.isoformat(),
                "state": notice.state.value,
                "paid_at": None,
                "parts": [asdict(part) for part in notice.parts],
                "plan": asdict(notice.plan) if notice.plan else None,
            }
        )
        await self._mirror.put(notice.number, notice.issued_at)

    async def notice(self, number: str) -> Notice | None:
        document = await self._notices.find_one({"_id": number})
        return _notice_of(document) if document else None

    async def notices_of(self, account_id: str) -> Sequence[Notice]:
        """Newest first."""
        found = await self._notices.find({"account_id": account_id}, sort=[("issued_at", -1), ("_id", -1)])
        return [_notice_of(document) for document in found]

    async def payable_of(self, account_ids: Collection[str]) -> Sequence[Notice]:
        where = {"account_id": {"$in": list(account_ids)}, "state": NoticeState.PAYABLE.value}
        return [_notice_of(document) for document in await self._notices.find(where, sort=[("_id", 1)])]

    async def numbered(self, numbers: Collection[str]) -> Mapping[str, Notice]:
        """Those that exist, by number."""
        found = await self._notices.find({"_id": {"$in": list(numbers)}})
        return {str(document["_id"]): _notice_of(document) for document in found}

    async def plan(self, plan_id: str) -> InstalmentPlan | None:
        """Of notices that belong to it."""
        found = await self._notices.find({"plan.plan_id": plan_id}, sort=[("plan.number", 1)])
        return next(iter(plans_among(_notice_of(document) for document in found)), None)

    async def mark_paid(self, number: str, paid_at: datetime) -> None:
        await self._notices.update_one({"_id": number}, {"$set": {"state": NoticeState.PAID.value, "paid_at": paid_at}})
        await self._mirror.put(number, paid_at)

    async def mark_cancelled(self, number: str, cancelled_at: datetime) -> None:
        cancelled = {"state": NoticeState.CANCELLED.value, "cancelled_at": cancelled_at}
        await self._notices.update_one({"_id": number}, {"$set": cancelled})
        await self._mirror.put(number, cancelled_at)

    async def receipt(self, receipt_id: str) -> KeptReceipt | None:
        document = await self._receipts.find_one({"_id": receipt_id})
        return receipt_of(document) if document else None

    async def anomalous(self, anomaly_id: str) -> KeptReceipt | None:
        document = await self._receipts.find_one({"plain_id": anomaly_id, "anomaly": {"$type": "string"}})
        return receipt_of(document) if document else None

    async def anomalies(self, *, resolved: bool, limit: int) -> Sequence[KeptReceipt]:
        """Newest first."""
        where = {"anomaly": {"$type": "string"}, "resolution": {"$ne": None} if resolved else None}
        found = await self._receipts.find(where, sort=[("received_at", -1), ("_id", 1)], limit=limit)
        return [receipt_of(document) for document in found]

    async def resolved_of(self, account_id: str) -> Sequence[KeptReceipt]:
        """Those of one account about which somebody decided, newest first."""
        where = {"account_id": account_id, "anomaly": {"$type": "string"}, "resolution": {"$ne": None}}
        found = await self._receipts.find(where, sort=[("received_at", -1), ("_id", 1)])
        return [receipt_of(document) for document in found]

    async def resolve(self, receipt: KeptReceipt) -> None:
        """Writes only what a decision changes: crediting may be going on."""
        decided = {
            "state": receipt.state.value,
            "account_id": receipt.account_id,
            "service": receipt.service,
            "resolution": asdict(receipt.resolution) if receipt.resolution else None,
        }
        await self._receipts.update_one({"_id": receipt.receipt_id}, {"$set": decided})

    async def positions(self, state: NoticeState | None, *, today: date, limit: int) -> Sequence[Notice]:
        """Newest first. Expired is what is payable and whose last day is past."""
        where: Document = {} if state is None else {"state": state.value}
        if state in {NoticeState.PAYABLE, NoticeState.EXPIRED}:
            side = "$gte" if state is NoticeState.PAYABLE else "$lt"
            where = {"state": NoticeState.PAYABLE.value, "payable_until": {side: today.isoformat()}}
        found = await self._notices.find(where, sort=[("issued_at", -1), ("_id", -1)], limit=limit)
        return [_notice_of(document) for document in found]

    async def keep(self, receipt: KeptReceipt) -> None:
        document: Document = {
            "_id": receipt.receipt_id,
            "notice_number": receipt.notice_number,
            "account_id": receipt.account_id,
            "service": receipt.service,
            "amount_cents": receipt.amount_cents,
            "paid_at": receipt.paid_at,
            "received_at": receipt.received_at,
            "state": receipt.state.value,
            "anomaly": receipt.anomaly.value if receipt.anomaly else None,
            "stand_in": receipt.stand_in,
            "raw": receipt.raw,
            "traceparent": receipt.traceparent,
            "plain_id": plain_receipt_id(receipt.receipt_id),
            "parts": [asdict(part) for part in receipt.parts],
            "resolution": asdict(receipt.resolution) if receipt.resolution else None,
            "credited_at": None,
        }
        await self._receipts.replace_one({"_id": receipt.receipt_id}, document, upsert=True)

    async def mark_credited(self, receipt_id: str, credited_at: datetime) -> None:
        await self._receipts.update_one(
            {"_id": receipt_id}, {"$set": {"state": ReceiptState.CREDITED.value, "credited_at": credited_at}}
        )

    async def receipts_to_credit(self, limit: int) -> Sequence[WaitingReceipt]:
        """Kept receipts, oldest first."""
        found = await self._receipts.find(
            {"state": ReceiptState.KEPT.value}, {"traceparent": 1}, sort=[("received_at", 1)], limit=limit
        )
        return [WaitingReceipt(receipt_id=each["_id"], traceparent=each["traceparent"]) for each in found]

    async def credited_amounts(self) -> dict[str, int]:
        """Cents of every credited receipt, by its id: what `verify` holds against the journal."""
        found = await self._receipts.find({"state": ReceiptState.CREDITED.value}, {"amount_cents": 1})
        return {str(document["_id"]): int(document["amount_cents"]) for document in found}


def _notice_of(document: Document) -> Notice:
    """Notices issued before there were plans say nothing of one."""
    plan = document.get("plan")
    return Notice(
        number=NoticeNumber(document["_id"]),
        account_id=document["account_id"],
        service=document["service"],
        amount_cents=document["amount_cents"],
        issued_at=document["issued_at"],
        due_date=date.fromisoformat(document["due_date"]),
        payable_until=date.fromisoformat(document["payable_until"]),
        state=NoticeState(document["state"]),
        parts=tuple(NoticePart(**part) for part in document["parts"]),
        plan=PlanPlace(**plan) if plan else None,
    )


def receipt_of(document: Document) -> KeptReceipt:
    """The inverse of what `keep` writes."""
    return KeptReceipt(
        receipt_id=document["_id"],
        notice_number=document["notice_number"],
        account_id=document["account_id"],
        service=document["service"],
        amount_cents=document["amount_cents"],
        paid_at=document["paid_at"],
        received_at=document["received_at"],
        state=ReceiptState(document["state"]),
        anomaly=Anomaly(document["anomaly"]) if document["anomaly"] else None,
        stand_in=document["stand_in"],
        raw=bytes(document["raw"]),
        traceparent=document["traceparent"],
        parts=tuple(ReceivedTransfer(**part) for part in document["parts"]),
        resolution=Resolution(**document["resolution"]) if document["resolution"] else None,
    )
