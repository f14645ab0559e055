"""Accounts and the journal, in MongoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from pymongo import ReplaceOne

from ledger.domain.accounts import Account, AccountId
from ledger.domain.book import Book
from ledger.domain.transfers import Posted, TransferId
from ledger.outbound.collections import ACCOUNTS, JOURNAL, PERIODS
from ledger.outbound.documents import account_document, account_of, journal_document, posted_of
from ledger.usecases.ports import StatementSpan
from refettorio_chassis.clock import ROME
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

PAGE: Final = 2_000
"""Documents read at once when the whole journal is walked: memory stays flat."""


class JournalStore:
    """Implements `usecases.ports.Books`; the queries over it are used by pages and by `verify`."""

    def __init__(self, place: Collections) -> None:
        self._journal = place.collection(JOURNAL)
        self._accounts = place.collection(ACCOUNTS)
        self._periods = place.collection(PERIODS)

    async def accounts(self, account_ids: Collection[AccountId]) -> Mapping[AccountId, Account]:
        found = await self._accounts.find({"_id": {"$in": list(account_ids)}})
        return {AccountId(document["_id"]): account_of(document) for document in found}

    async def posted(self, transfer_ids: Collection[TransferId]) -> Mapping[TransferId, Posted]:
        found = await self._journal.find({"_id": {"$in": list(transfer_ids)}})
        return {TransferId(document["_id"]): posted_of(document) for document in found}

    async def write(self, book: Book) -> None:
        """Two round trips, and a look at the closed months. Raises RetryLater when the clock is behind one of them.

        Another transaction on the same account meanwhile is a write conflict, and is run again: both read the account
        in the snapshot they write to. That, and no unique index, is why a sequence has no gap and no repeat.
        """
        if not book.new_transfers:
            return
        if await self._periods.find_one({"begins_at": {"$lte": book.booked_at}, "ends_at": {"$gt": book.booked_at}}):
            message = f"the clock says {book.booked_at.isoformat()}, in a month that is closed"
            raise RetryLater(message)
        documents = [journal_document(posted) for posted in book.new_transfers]
        # Accounts and entries in order of account: neighbours in the trees of the database, which then reads less.
        await self._journal.insert_many(sorted(documents, key=_debited))
        await self._accounts.bulk_write(
            [
                ReplaceOne({"_id": account.account_id}, account_document(account), upsert=True)
                for account in book.changed_accounts()
            ]
        )

    async def account(self, account_id: str) -> Account | None:
        document = await self._accounts.find_one({"_id": account_id})
        return account_of(document) if document else None

    async def holder_accounts(self) -> Sequence[Account]:
        found = await self._accounts.find({"is_holder": True}, sort=[("_id", 1)])
        return [account_of(document) for document in found]

    async def accounts_in_debt(self) -> Sequence[Account]:
        found = await self._accounts.find({"is_holder": True, "balance": {"$lt": 0}}, sort=[("balance", 1)])
        return [account_of(document) for document in found]

    async def statement(self, account_id: str, span: StatementSpan) -> Sequence[Posted]:
        # Reserving and voiding move nothing: a statement is of what moved.
        moved = _booked_within(span) | {"amount": {"$gt": 0}}
        sides = [await self._journal.find({f"{side}.a": account_id} | moved, sort=[(f"{side}.n", -1)]) for side in "dc"]
        posted = [posted_of(document) for documents in sides for document in documents]
        return sorted(posted, key=lambda found: found.leg_of(account_id).sequence, reverse=True)

    async def every_account(self) -> AsyncIterator[Account]:
        """All accounts in order of id."""
        last: str | None = None
        while True:
            where: Document = {} if last is None else {"_id": {"$gt": last}}
            page = await self._accounts.find(where, sort=[("_id", 1)], limit=PAGE)
            for document in page:
                yield account_of(document)
            if len(page) < PAGE:
                return
            last = page[-1]["_id"]

    async def every_entry(self, side: str) -> AsyncIterator[Posted]:
        """All transfers in order of (account, sequence) of their `side`, `d` or `c`; by the index, page by page."""
        last: tuple[str, int] | None = None
        account, number = f"{side}.a", f"{side}.n"
        while True:
            where: Document = {}
            if last is not None:
                where = {"$or": [{account: last[0], number: {"$gt": last[1]}}, {account: {"$gt": last[0]}}]}
            page = await self._journal.find(where, sort=[(account, 1), (number, 1)], limit=PAGE)
            for document in page:
                yield posted_of(document)
            if len(page) < PAGE:
                return
            last = (page[-1][side]["a"], page[-1][side]["n"])

    async def size(self) -> int:
        """How many transfers there are."""
        return await self._journal.count_documents({})


def _debited(document: Document) -> str:
    account_id: str = document["d"]["a"]
    return account_id


def _booked_within(span: StatementSpan) -> Document:
    bounds: dict[str, datetime] = {}
    if span.first is not None:
        bounds["$gte"] = datetime.combine(span.first, time.min, ROME).astimezone(UTC)
    if span.last is not None:
        bounds["$lt"] = datetime.combine(span.last + timedelta(days=1), time.min, ROME).astimezone(UTC)
    return {"booked_at": bounds} if bounds else {}
