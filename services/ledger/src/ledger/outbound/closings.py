"""School years being closed, and the line of each account, in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Final

from ledger.domain.accounts import Account
from ledger.domain.year_close import ClosingState, Outcome, Total, YearClosing, YearLine
from ledger.outbound.collections import ACCOUNTS
from ledger.outbound.documents import account_of
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

CLOSINGS: Final = "year_closings"
YEAR_LINES: Final = "year_lines"


class ClosingStore:
    """Implements `usecases.decision_ports.Closings`."""

    def __init__(self, place: Collections) -> None:
        self._closings = place.collection(CLOSINGS)
        self._lines = place.collection(YEAR_LINES)
        self._accounts = place.collection(ACCOUNTS)

    async def holders(self) -> int:
        return await self._accounts.count_documents({"is_holder": True})

    async def holders_after(self, account_id: str | None, limit: int) -> Sequence[Account]:
        where: Document = {"is_holder": True}
        if account_id is not None:
            where["_id"] = {"$gt": account_id}
        return [account_of(document) for document in await self._accounts.find(where, sort=[("_id", 1)], limit=limit)]

    async def closing(self, school_year: str) -> YearClosing | None:
        document = await self._closings.find_one({"_id": school_year})
        return _closing_of(document) if document else None

    async def running(self) -> Sequence[str]:
        found = await self._closings.find({"state": ClosingState.RUNNING.value}, {"_id": 1}, sort=[("_id", 1)])
        return [str(document["_id"]) for document in found]

    async def keep_closing(self, closing: YearClosing) -> None:
        document: Document = {
            "_id": closing.school_year,
            "state": closing.state.value,
            "started_at": closing.started_at,
            "started_by": closing.started_by,
            "accounts_to_settle": closing.accounts_to_settle,
            "accounts_settled": closing.accounts_settled,
            "last_account": closing.last_account,
            "totals": {outcome: asdict(total) for outcome, total in closing.totals.items()},
            "closed_at": closing.closed_at,
        }
        await self._closings.replace_one({"_id": closing.school_year}, document, upsert=True)

    async def settled_among(self, school_year: str, account_ids: Collection[str]) -> Collection[str]:
        names = [_line_id(school_year, account_id) for account_id in account_ids]
        found = await self._lines.find({"_id": {"$in": names}}, {"account_id": 1})
        return {str(document["account_id"]) for document in found}

    async def keep_lines(self, lines: Sequence[YearLine]) -> None:
        if lines:
            await self._lines.insert_many([_line_document(line) for line in lines])

    async def last_line(self, account_id: str) -> YearLine | None:
        found = await self._lines.find({"account_id": account_id}, sort=[("school_year", -1)], limit=1)
        return _line_of(found[0]) if found else None

    async def lines_of(self, school_year: str, outcome: Outcome) -> Sequence[YearLine]:
        """In order of account."""
        where: Document = {"school_year": school_year, "outcome": outcome.value}
        return [_line_of(document) for document in await self._lines.find(where, sort=[("account_id", 1)])]


def _line_id(school_year: str, account_id: str) -> str:
    return f"{school_year}:{account_id}"


def _line_document(line: YearLine) -> Document:
    return asdict(line) | {"_id": _line_id(line.school_year, line.account_id), "outcome": line.outcome.value}


def _line_of(document: Document) -> YearLine:
    known = {name: value for name, value in document.items() if name != "_id"}
    return YearLine(**(known | {"outcome": Outcome(document["outcome"])}))


def _closing_of(document: Document) -> YearClosing:
    return YearClosing(
        school_year=document["_id"],
        state=ClosingState(document["state"]),
        started_at=document["started_at"],
        started_by=document["started_by"],
        accounts_to_settle=document["accounts_to_settle"],
        accounts_settled=document["accounts_settled"],
        last_account=document["last_account"],
        totals={outcome: Total(**total) for outcome, total in document["totals"].items()},
        closed_at=document["closed_at"],
    )
