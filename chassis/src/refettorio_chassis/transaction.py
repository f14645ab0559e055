"""One MongoDB transaction: effect, processed-marker and outbox commit together, or not at all."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar

import structlog
from opentelemetry import trace
from prometheus_client import Histogram
from pymongo import ReturnDocument

from refettorio_chassis import mongo
from refettorio_chassis.audit import AUDIT, AuditLine
from refettorio_chassis.clock import Clock
from refettorio_chassis.errors import DomainError
from refettorio_chassis.mongo import Document
from refettorio_chassis.outbox import Cause, Outbox, OutboxRow
from refettorio_contracts import Event

T = TypeVar("T")
P = TypeVar("P")
Q = ParamSpec("Q")

DUPLICATE_RETRIES: Final = 5
"""A duplicate key inside a transaction aborts it; reading again shows the winner. More than a few means a bug."""

Sort = Sequence[tuple[str, int]]

log = structlog.get_logger(__name__)
tracer = trace.get_tracer(__name__)
USECASE_SECONDS = Histogram("refettorio_usecase_seconds", "Time of a use case", ["service", "usecase", "outcome"])


class BoundCollection:
    """A collection with the session of a transaction already in place (or none, in a view)."""

    def __init__(self, collection: mongo.Collection, session: mongo.Session | None) -> None:
        self._collection = collection
        self._session = session

    async def find_one(
        self, where: Mapping[str, Any], projection: Mapping[str, Any] | None = None, sort: Sort | None = None
    ) -> Document | None:
        return await self._collection.find_one(where, projection, sort=sort, session=self._session)

    async def find(
        self,
        where: Mapping[str, Any],
        projection: Mapping[str, Any] | None = None,
        sort: Sort | None = None,
        limit: int = 0,
    ) -> list[Document]:
        cursor = self._collection.find(where, projection, session=self._session)
        if sort:
            cursor = cursor.sort(sort)
        if limit:
            cursor = cursor.limit(limit)
        return await cursor.to_list(None)

    async def insert_one(self, document: Document) -> None:
        await self._collection.insert_one(document, session=self._session)

    async def insert_many(self, documents: Sequence[Document]) -> None:
        """Raises DuplicateKey, as `insert_one` does."""
        if documents:
            with mongo.duplicates_told():
                await self._collection.insert_many(documents, ordered=True, session=self._session)

    async def replace_one(self, where: Mapping[str, Any], document: Document, *, upsert: bool = False) -> int:
        result = await self._collection.replace_one(where, document, upsert=upsert, session=self._session)
        return result.matched_count

    async def update_one(
        self, where: Mapping[str, Any], update: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, upsert: bool = False
    ) -> int:
        result = await self._collection.update_one(where, update, upsert=upsert, session=self._session)
        return result.matched_count

    async def update_many(
        self, where: Mapping[str, Any], update: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> int:
        result = await self._collection.update_many(where, update, session=self._session)
        return result.matched_count

    async def find_one_and_update(
        self,
        where: Mapping[str, Any],
        update: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        upsert: bool = False,
        sort: Sort | None = None,
    ) -> Document | None:
        """The document as it is after the update."""
        found: Document | None = await self._collection.find_one_and_update(
            where, update, upsert=upsert, sort=sort, return_document=ReturnDocument.AFTER, session=self._session
        )
        return found

    async def delete_one(self, where: Mapping[str, Any]) -> int:
        return (await self._collection.delete_one(where, session=self._session)).deleted_count

    async def delete_many(self, where: Mapping[str, Any]) -> int:
        return (await self._collection.delete_many(where, session=self._session)).deleted_count

    async def count_documents(self, where: Mapping[str, Any]) -> int:
        return await self._collection.count_documents(where, session=self._session)

    async def aggregate(self, pipeline: mongo.Pipeline) -> list[Document]:
        return await mongo.aggregate(self._collection, pipeline, self._session)

    async def bulk_write(self, operations: Sequence[Any], *, ordered: bool = False) -> None:
        """PyMongo operations (`UpdateOne`, `InsertOne`, …) in one round trip. Raises DuplicateKey."""
        if operations:
            with mongo.duplicates_told():
                await self._collection.bulk_write(operations, ordered=ordered, session=self._session)


class Collections(Protocol):
    """A transaction, or a view."""

    def collection(self, name: str) -> BoundCollection: ...


class View:
    """Reading outside any transaction: for pages."""

    def __init__(self, database: mongo.Database) -> None:
        self.database = database

    def collection(self, name: str) -> BoundCollection:
        return BoundCollection(self.database[name], None)


class Transaction:
    """One transaction. What it announces is written to the outbox right before it commits."""

    def __init__(self, database: mongo.Database, session: mongo.Session, outbox: Outbox) -> None:
        self.database = database
        self.session = session
        self._outbox = outbox

    def collection(self, name: str) -> BoundCollection:
        return BoundCollection(self.database[name], self.session)

    def announce(self, event: Event, *, sequence: int = 0, cause: Cause | None = None) -> str:
        """Tell the others, if this transaction commits. Returns the `id` of the event.

        `cause` is what led to it (a received event); without it the current trace and command are the cause.
        """
        return self._outbox.add(event, sequence=sequence, cause=cause)

    async def audit(self, line: AuditLine) -> None:
        """Write down who did what, if this transaction commits."""
        await self.collection(AUDIT).insert_one(asdict(line))

    def post(self, row: OutboxRow) -> None:
        """Send a record as it is (dead letters)."""
        self._outbox.add_row(row)


class Transactions:
    """Opens transactions on the database of one service."""

    def __init__(self, client: mongo.Client, database: mongo.Database, *, source: str, clock: Clock) -> None:
        self.client = client
        self.database = database
        self.view = View(database)
        self._source = source
        self._clock = clock

    async def run(self, work: Callable[[Transaction], Awaitable[T]], *, name: str) -> T:
        """Run `work` and commit its effect together with what it announced.

        `work` may run more than once (another transaction was faster): it must be pure but for the transaction.
        """
        with tracer.start_as_current_span(name):
            for attempt in range(DUPLICATE_RETRIES):
                try:
                    return await self._once(work)
                except mongo.DuplicateKey:
                    if attempt == DUPLICATE_RETRIES - 1:
                        raise
        raise AssertionError  # pragma: no cover - the loop returns or raises

    async def _once(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        async def attempt(session: mongo.Session) -> T:
            outbox = Outbox(source=self._source, now=self._clock.now())
            transaction = Transaction(self.database, session, outbox)
            result = await work(transaction)
            await transaction.collection("outbox").insert_many(outbox.close())
            return result

        async with mongo.open_session(self.client) as session:
            return await mongo.in_transaction(session, attempt)


class Runner(Generic[P]):
    """Runs use cases: builds their ports on a transaction, times them, writes one line about each."""

    def __init__(self, transactions: Transactions, ports: Callable[[Transaction], P], *, service: str) -> None:
        self.transactions = transactions
        self._ports = ports
        self._service = service

    def within(self, transaction: Transaction) -> P:
        """The ports on a transaction that is already open."""
        return self._ports(transaction)

    async def __call__(
        self, usecase: Callable[Concatenate[P, Q], Awaitable[T]], *args: Q.args, **kwargs: Q.kwargs
    ) -> T:
        name = getattr(usecase, "__name__", type(usecase).__name__)
        started = time.perf_counter()
        outcome = "failed"
        try:
            result = await self.transactions.run(lambda tx: usecase(self._ports(tx), *args, **kwargs), name=name)
            outcome = "done"
        except DomainError as refusal:
            outcome = refusal.slug
            raise
        else:
            return result
        finally:
            seconds = time.perf_counter() - started
            USECASE_SECONDS.labels(self._service, name, outcome).observe(seconds)
            log.info("usecase", usecase=name, outcome=outcome, duration_seconds=round(seconds, 4))
