"""Reminders, arrangements, payments in flight and the switch of the payment network, in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from ledger.domain.dunning import Arrangement, ArrangementKind, DunningCase
from ledger.domain.instalments import Instalment
from ledger.domain.notices import Notice, NoticeState
from ledger.domain.transfers import Kind
from ledger.outbound.collections import ACCOUNTS, JOURNAL, NOTICES
from refettorio_chassis.clock import rome_day
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

CASES: Final = "dunning_cases"
ARRANGEMENTS: Final = "arrangements"
IN_FLIGHT: Final = "payments_in_flight"
SWITCHES: Final = "switches"
NETWORK_DOWN: Final = "payment-network-down"


class DunningStore:
    """Implements `usecases.decision_ports.Dunning`."""

    def __init__(self, place: Collections) -> None:
        self._cases = place.collection(CASES)
        self._arrangements = place.collection(ARRANGEMENTS)
        self._in_flight = place.collection(IN_FLIGHT)
        self._switches = place.collection(SWITCHES)
        self._journal = place.collection(JOURNAL)
        self._accounts = place.collection(ACCOUNTS)
        self._notices = place.collection(NOTICES)

    async def debtors(self) -> Sequence[str]:
        where: Document = {"is_holder": True, "balance": {"$lt": 0}}
        found = await self._accounts.find(where, {"_id": 1}, sort=[("balance", 1), ("_id", 1)])
        return [str(document["_id"]) for document in found]

    async def debt_since(self, account_id: str) -> date:
        """The day (Rome) of the entry that took the balance below zero for the last time; by the index, two reads."""
        covered = [await self._last(side, account_id, {f"{side}.b": {"$gte": 0}}, -1) for side in "dc"]
        after = max((document[side]["n"] for side, document in zip("dc", covered, strict=True) if document), default=0)
        first = [await self._last(side, account_id, {f"{side}.n": {"$gt": after}}, 1) for side in "dc"]
        entry = min(
            (document[side]["n"], document["booked_at"]) for side, document in zip("dc", first, strict=True) if document
        )
        return rome_day(entry[1])

    async def case(self, account_id: str) -> DunningCase | None:
        document = await self._cases.find_one({"_id": account_id})
        if document is None:
            return None
        return DunningCase(
            account_id=account_id,
            debt_since=date.fromisoformat(document["debt_since"]),
            step=document["step"],
            last_on=_day(document["last_on"]),
            due_date=_day(document["due_date"]),
        )

    async def keep_case(self, case: DunningCase) -> None:
        document: Document = {
            "_id": case.account_id,
            "debt_since": case.debt_since.isoformat(),
            "step": case.step,
            "last_on": case.last_on.isoformat() if case.last_on else None,
            "due_date": case.due_date.isoformat() if case.due_date else None,
        }
        await self._cases.replace_one({"_id": case.account_id}, document, upsert=True)

    async def arrangement(self, arrangement_id: str) -> Arrangement | None:
        document = await self._arrangements.find_one({"_id": arrangement_id})
        return _arrangement_of(document) if document else None

    async def arrangements_of(self, account_id: str) -> Sequence[Arrangement]:
        """Newest first."""
        found = await self._arrangements.find({"account_id": account_id}, sort=[("decided_at", -1), ("_id", 1)])
        return [_arrangement_of(document) for document in found]

    async def keep_arrangement(self, arrangement: Arrangement) -> None:
        document: Document = asdict(arrangement) | {
            "_id": arrangement.arrangement_id,
            "kind": arrangement.kind.value,
            "until": arrangement.until.isoformat() if arrangement.until else None,
            "instalments": [
                {"due_date": part.due_date.isoformat(), "amount_cents": part.amount_cents}
                for part in arrangement.instalments
            ],
        }
        await self._arrangements.insert_one(document)

    async def paid_since(self, account_id: str, moment: datetime) -> int:
        found = await self._journal.find(
            {"c.a": account_id, "kind": Kind.TOP_UP.value, "booked_at": {"$gte": moment}}, {"amount": 1}
        )
        return sum(int(document["amount"]) for document in found)

    async def balance_at(self, account_id: str, moment: datetime) -> int:
        booked: Document = {"booked_at": {"$lte": moment}}
        legs = [(await self._last(side, account_id, booked, -1) or {}).get(side) for side in "dc"]
        last = max((leg for leg in legs if leg), key=lambda leg: leg["n"], default=None)
        return int(last["b"]) if last else 0

    async def keep_beginning(self, notice: Notice, at: datetime) -> None:
        document: Document = {"_id": notice.number, "account_id": notice.account_id, "began_at": at}
        await self._in_flight.replace_one({"_id": notice.number}, document, upsert=True)

    async def in_flight_cents(self, account_id: str, *, began_after: datetime) -> int:
        where: Document = {"account_id": account_id, "began_at": {"$gte": began_after}}
        numbers = [document["_id"] for document in await self._in_flight.find(where, {"_id": 1})]
        if not numbers:
            return 0
        unpaid = await self._notices.find(
            {"_id": {"$in": numbers}, "state": NoticeState.PAYABLE.value}, {"amount_cents": 1}
        )
        return sum(int(document["amount_cents"]) for document in unpaid)

    async def network_down_since(self) -> datetime | None:
        document = await self._switches.find_one({"_id": NETWORK_DOWN})
        since: datetime | None = document["since"] if document else None
        return since

    async def keep_network(self, down_since: datetime | None, *, by: str) -> None:
        document: Document = {"_id": NETWORK_DOWN, "since": down_since, "set_by": by}
        await self._switches.replace_one({"_id": NETWORK_DOWN}, document, upsert=True)

    async def _last(self, side: str, account_id: str, more: Document, order: int) -> Document | None:
        found = await self._journal.find({f"{side}.a": account_id} | more, sort=[(f"{side}.n", order)], limit=1)
        return found[0] if found else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _arrangement_of(document: Document) -> Arrangement:
    return Arrangement(
        arrangement_id=document["_id"],
        account_id=document["account_id"],
        kind=ArrangementKind(document["kind"]),
        reason=document["reason"],
        decided_by=document["decided_by"],
        decided_at=document["decided_at"],
        until=_day(document["until"]),
        amount_cents=document["amount_cents"],
        instalments=tuple(
            Instalment(due_date=date.fromisoformat(part["due_date"]), amount_cents=part["amount_cents"])
            for part in document["instalments"]
        ),
    )
