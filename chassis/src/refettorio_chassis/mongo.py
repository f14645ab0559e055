"""The seam to the MongoDB driver: the only module that knows which one it is.

Motor is the driver; `REFETTORIO_MONGO_DRIVER=pymongo` takes PyMongo's own asynchronous API, its successor.
Both speak the same collection methods; where they differ (sessions, cursors, change streams) the difference ends here.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar, cast

from pymongo import AsyncMongoClient, ReadPreference, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    CollectionInvalid,
    DuplicateKeyError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteError,
)
from pymongo.read_concern import ReadConcern

T = TypeVar("T")

Document = dict[str, Any]
Client = AsyncMongoClient[Document]
Database = AsyncDatabase[Document]
Collection = AsyncCollection[Document]
Session = AsyncClientSession
DuplicateKey = DuplicateKeyError
MongoFault = PyMongoError
Pipeline = Sequence[Mapping[str, Any]]

DUPLICATE_CODE: Final = 11000
NAMESPACE_EXISTS_CODE: Final = 48
MAX_COMMIT_MS: Final = 10_000
SELECTION_TIMEOUT_MS: Final = 5_000


def driver() -> str:
    """`motor` or `pymongo`."""
    return os.environ.get("REFETTORIO_MONGO_DRIVER", "motor")


def connect(url: str) -> Client:
    """A client with majority writes; it belongs to the running event loop."""
    options: dict[str, Any] = {
        "w": "majority",
        "tz_aware": True,
        "serverSelectionTimeoutMS": SELECTION_TIMEOUT_MS,
        "retryWrites": True,
        "appname": "refettorio",
    }
    if driver() == "pymongo":
        return AsyncMongoClient(url, **options)
    from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 - only when it is the chosen driver

    client: Any = AsyncIOMotorClient(url, **options)
    return cast("Client", client)  # the same methods; the differences are handled below


async def close(client: Client) -> None:
    """Release the connections."""
    await _settled(client.close())


@asynccontextmanager
async def open_session(client: Client) -> AsyncIterator[Session]:
    """A causally consistent session."""
    session: Any = await _settled(client.start_session())
    async with session:
        yield session


async def in_transaction(session: Session, work: Callable[[Session], Awaitable[T]]) -> T:
    """Run `work` in one transaction, again on a transient conflict; snapshot reads on the primary, majority writes.

    `work` may run more than once: it must do nothing that the rollback cannot take back.
    """
    return await session.with_transaction(
        work,  # both drivers await it
        read_concern=ReadConcern("snapshot"),
        write_concern=WriteConcern("majority"),
        read_preference=ReadPreference.PRIMARY,
        max_commit_time_ms=MAX_COMMIT_MS,
    )


async def aggregate(collection: Collection, pipeline: Pipeline, session: Session | None = None) -> list[Document]:
    """All documents of an aggregation."""
    cursor: Any = await _settled(collection.aggregate(list(pipeline), session=session))
    return await cursor.to_list(None)  # type: ignore[no-any-return]


@asynccontextmanager
async def watch_inserts(collection: Collection) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """A function that waits a moment and tells whether something was inserted meanwhile."""
    pipeline: list[Mapping[str, Any]] = [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}]
    stream: Any = await _settled(collection.watch(pipeline, max_await_time_ms=500))
    async with stream:

        async def something_new() -> bool:
            return await stream.try_next() is not None

        yield something_new


async def is_primary(client: Client) -> bool:
    """Whether writes are accepted now."""
    answer = await client.admin.command("hello")
    return bool(answer.get("isWritablePrimary"))


async def ensure_collection(database: Database, name: str) -> None:
    """Make a collection that is missing; another process may be making it at the same time."""
    try:
        await database.create_collection(name)
    except CollectionInvalid:
        return
    except OperationFailure as fault:
        if fault.code != NAMESPACE_EXISTS_CODE:
            raise


def may_pass(error: Exception) -> bool:
    """Whether waiting can help: the database is away, or another transaction was faster.

    Not when the database answered that this very write is wrong: it will say so for ever.
    """
    if not isinstance(error, PyMongoError):
        return False
    if error.has_error_label("TransientTransactionError"):
        return True
    return not isinstance(error, (WriteError, BulkWriteError, InvalidOperation))


@contextmanager
def duplicates_told() -> Iterator[None]:
    """A bulk write wraps a duplicate key in an error of its own; a transaction retries only what it recognises."""
    try:
        yield
    except BulkWriteError as error:
        raise duplicate_in(error) or error from error


def duplicate_in(error: BulkWriteError) -> DuplicateKeyError | None:
    """The duplicate key that ended a bulk write, where that is what happened."""
    for problem in error.details.get("writeErrors", ()):
        if problem.get("code") == DUPLICATE_CODE:
            return DuplicateKeyError(str(problem.get("errmsg", "")), DUPLICATE_CODE, problem)
    return None


async def _settled(value: Any) -> Any:
    """Await what the driver at hand makes awaitable and the other one does not."""
    return await value if hasattr(value, "__await__") else value
