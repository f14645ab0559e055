"""Closed months and roots, in MongoDB; the book as it stood at an instant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from ledger.domain.accounts import Account
from ledger.domain.sealing import Booked, Period, Root
from ledger.outbound.collections import JOURNAL, PERIODS
from ledger.outbound.documents import posted_of
from ledger.outbound.journal import JournalStore
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

ROOTS: Final = "roots"


class SealStore:
    """Implements `usecases.sealing_ports.Seals`; `place` is where months and roots are written."""

    def __init__(self, place: Collections, *, past: Collections) -> None:
        """The past does not change: it is read outside the transaction, which could not last for all of it."""
        self._periods = place.collection(PERIODS)
        self._roots = place.collection(ROOTS)
        self._journal = past.collection(JOURNAL)
        self._book = JournalStore(past)

    async def periods(self) -> Sequence[Period]:
        return [_period_of(document) for document in await self._periods.find({}, sort=[("_id", 1)])]

    async def period(self, month: str) -> Period | None:
        document = await self._periods.find_one({"_id": month})
        return _period_of(document) if document else None

    async def close(self, period: Period) -> None:
        await self._periods.insert_one(
            {
                "_id": period.month,
                "begins_at": period.begins_at,
                "ends_at": period.ends_at,
                "closed_at": period.closed_at,
                "closed_by": period.closed_by,
                "transfers": period.booked.transfers,
                "cents": period.booked.cents,
            }
        )

    async def booked_between(self, begins_at: datetime, ends_at: datetime) -> Booked:
        sums = await self._journal.aggregate(
            [
                {"$match": {"booked_at": {"$gte": begins_at, "$lt": ends_at}}},
                {"$group": {"_id": None, "transfers": {"$sum": 1}, "cents": {"$sum": "$amount"}}},
            ]
        )
        return Booked(transfers=sums[0]["transfers"], cents=sums[0]["cents"]) if sums else Booked()

    async def roots(self) -> Sequence[Root]:
        return [_root_of(document) for document in await self._roots.find({}, sort=[("_id", 1)])]

    async def root(self, day: date) -> Root | None:
        document = await self._roots.find_one({"_id": day.isoformat()})
        return _root_of(document) if document else None

    async def last_root(self) -> Root | None:
        found = await self._roots.find({}, sort=[("_id", -1)], limit=1)
        return _root_of(found[0]) if found else None

    async def publish(self, root: Root) -> None:
        await self._roots.insert_one(
            {
                "_id": root.day.isoformat(),
                "cut": root.cut,
                "accounts": root.accounts,
                "entries": root.entries,
                "digest": root.digest,
                "previous": root.previous,
                "root": root.root,
            }
        )

    async def accounts_at(self, cut: datetime) -> AsyncIterator[Account]:
        """Most stand as they stood: only those posted to since are looked up in the journal."""
        async for account in self._book.every_account():
            if account.updated_at is not None and account.updated_at < cut:
                yield account
            elif (before := await self._before(account, cut)) is not None:
                yield before

    async def balance_at(self, account_id: str, at: datetime | None, value_day: date | None) -> int | None:
        """Booked up to `at` and of value up to `value_day`, both inside; None where there is no account."""
        if await self._book.account(account_id) is None:
            return None
        where: Document = {}
        if at is not None:
            where["booked_at"] = {"$lte": at}
        if value_day is not None:
            where["value_day"] = {"$lte": value_day.isoformat()}
        total = 0
        for side, sign in (("c", 1), ("d", -1)):
            sums = await self._journal.aggregate(
                [
                    {"$match": {f"{side}.a": account_id} | where},
                    {"$group": {"_id": None, "cents": {"$sum": "$amount"}}},
                ]
            )
            total += sign * (sums[0]["cents"] if sums else 0)
        return total

    async def _before(self, account: Account, cut: datetime) -> Account | None:
        last: Account | None = None
        for side in "dc":
            where: Document = {f"{side}.a": account.account_id, "booked_at": {"$lt": cut}}
            for document in await self._journal.find(where, sort=[(f"{side}.n", -1)], limit=1):
                leg = posted_of(document).leg_of(account.account_id)
                if last is None or leg.sequence > last.sequence:
                    last = replace(account, sequence=leg.sequence, chain=leg.chain)
        return last


def _period_of(document: Document) -> Period:
    return Period(
        month=document["_id"],
        begins_at=document["begins_at"],
        ends_at=document["ends_at"],
        closed_at=document["closed_at"],
        closed_by=document["closed_by"],
        booked=Booked(transfers=document["transfers"], cents=document["cents"]),
    )


def _root_of(document: Document) -> Root:
    return Root(
        day=date.fromisoformat(document["_id"]),
        cut=document["cut"],
        accounts=document["accounts"],
        entries=document["entries"],
        digest=document["digest"],
        previous=document["previous"],
        root=document["root"],
    )
