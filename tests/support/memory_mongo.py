"""What the chassis asks of MongoDB when it takes events in, on documents in memory."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, TypeVar

from refettorio_chassis.mongo import Document, DuplicateKey
from refettorio_chassis.outbox import OutboxRow
from tests.support.ledger_memory import MemoryLedger, State
from tests.support.memory_transactions import WriteConflictError, begun

T = TypeVar("T")

MOST_RUNS: Final = 10
"""A conflict has a winner: who loses as often as this waits for itself."""


class MemoryCollection:
    """The part of `BoundCollection` that is needed; documents are replaced, never changed."""

    def __init__(self, documents: dict[tuple[str, str], Document], name: str) -> None:
        self._documents = documents
        self._name = name

    async def find(
        self, where: Mapping[str, Any], _projection: object = None, sort: Sequence[tuple[str, int]] = (), limit: int = 0
    ) -> list[Document]:
        found = [
            document
            for (name, _), document in self._documents.items()
            if name == self._name and all(_fits(document.get(field), wanted) for field, wanted in where.items())
        ]
        for field, direction in reversed(sort):
            found.sort(key=itemgetter(field), reverse=direction < 0)
        return found[:limit] if limit else found

    async def find_one(self, where: Mapping[str, Any]) -> Document | None:
        return next(iter(await self.find(where, limit=1)), None)

    async def insert_many(self, documents: Sequence[Document]) -> None:
        for document in documents:
            place = (self._name, document["_id"])
            if place in self._documents:
                raise DuplicateKey(str(place))
            self._documents[place] = document

    async def update_one(
        self, where: Mapping[str, Any], update: Mapping[str, Mapping[str, Any]], *, upsert: bool = False
    ) -> int:
        """By `_id`, with the operators that are used."""
        known = await self.find_one(where)
        if known is None and not upsert:
            return 0
        made: Document = {"_id": where["_id"], **update.get("$setOnInsert", {})} if known is None else dict(known)
        made |= update.get("$set", {})
        for field, more in update.get("$inc", {}).items():
            made[field] = made.get(field, 0) + more
        for field, least in update.get("$max", {}).items():
            made[field] = max(made.get(field, least), least)
        self._documents[self._name, made["_id"]] = made
        return 0 if known is None else 1


class MemoryTransaction:
    """The part of `Transaction` that taking events in needs."""

    def __init__(self, state: State) -> None:
        self.state = state

    def collection(self, name: str) -> MemoryCollection:
        return MemoryCollection(self.state.documents, name)

    def post(self, row: OutboxRow) -> None:
        self.state.letters.append(row)


class MemoryTransactions:
    """Runs work as `Transactions` does, again when another was faster. `lost` counts the runs that came to nothing.

    `meanwhile` is what happens elsewhere between the work and its commit; None when nothing is left to happen.
    """

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._commits_before = 0
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.lost = 0

    def happens(self, meanwhile: Callable[[], Awaitable[object]], *, at: int = 0) -> None:
        """Once, right before commit number `at` (from 0)."""
        self.meanwhile, self._commits_before = meanwhile, at

    async def run(self, work: Callable[[Any], Awaitable[T]], *, name: str) -> T:
        for _ in range(MOST_RUNS):
            attempt = begun(self._ledger.state)
            try:
                result = await work(MemoryTransaction(attempt.state))
                await self._happen()
                self._ledger.commit(attempt)
            except (WriteConflictError, DuplicateKey):
                self.lost += 1
            else:
                return result
        message = f"{name} never commits"
        raise AssertionError(message)

    async def _happen(self) -> None:
        if self._commits_before:
            self._commits_before -= 1
        elif self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()


def _fits(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return bool(value == wanted)
    return all(_COMPARED[operator](value, bound) for operator, bound in wanted.items())


_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$in": lambda value, bound: value in bound,
    "$gte": lambda value, bound: value >= bound,
    "$lt": lambda value, bound: value < bound,
}
