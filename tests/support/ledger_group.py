"""Kafka's side of the ledger in memory: partitions with their logs, and a group whose members come, go and die."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from aiokafka import ConsumerRecord

from ledger.domain.reckoning import TakenIn
from ledger.inbound.events import PortsOf, subscriptions
from ledger.usecases.ports import Ports
from ledger.wiring import meals_taken_in
from refettorio_chassis.consuming import Intake, Received
from refettorio_chassis.testing import envelope_of
from refettorio_contracts import Event
from refettorio_contracts.topics import MEALS
from tests.support.ledger_memory import MemoryLedger, MemoryStore, State
from tests.support.memory_mongo import MemoryTransaction, MemoryTransactions

AT_ONCE: Final = timedelta()
"""Nobody waits for a price: what has none is refused."""


class DiedError(BaseException):
    """The process is gone: nothing in it can catch this."""


class ListeningBook(MemoryStore):
    """The whole book of a ledger that takes its meals from a log: every record of it is accounted for too."""

    async def taken_in(self) -> Sequence[TakenIn]:
        view: Any = MemoryTransaction(self.state)
        return await meals_taken_in(view)


class Group:
    """The consumer group of the meals. Members are those of the last generation; others cannot commit any more."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self.ledger = ledger
        self.logs: dict[int, list[ConsumerRecord]] = defaultdict(list)
        self.committed: dict[int, int] = defaultdict(int)
        self.generation = 0

    def publish(self, partition: int, event: Event) -> None:
        """An event as a producer seals it: every time with another identifier."""
        value = envelope_of(event, clock=self.ledger.clock).to_bytes()
        self._append(partition, event.partition_key, value)

    def publish_noise(self, partition: int, key: str) -> None:
        """Something that is no event."""
        self._append(partition, key, b"{")

    def join(self) -> "Member":
        """A member that has all partitions; the members before it have none any more and may not know yet."""
        self.generation += 1
        return self.beside()

    def beside(self) -> "Member":
        """One more member of the same generation, for other partitions than the first has."""
        return Member(self, self.generation)

    def waiting(self, partition: int) -> int:
        """Records behind the committed offset."""
        return len(self.logs[partition]) - self.committed[partition]

    def _append(self, partition: int, key: str, value: bytes) -> None:
        log = self.logs[partition]
        log.append(
            ConsumerRecord(
                topic=MEALS.name,
                partition=partition,
                offset=len(log),
                timestamp=0,
                timestamp_type=0,
                key=key.encode(),
                value=value,
                checksum=None,
                serialized_key_size=len(key),
                serialized_value_size=len(value),
                headers=(),
            )
        )


class Member:
    """One process: the real intake of the meals, on transactions of its own."""

    def __init__(self, group: Group, generation: int) -> None:
        self._group = group
        self._generation = generation
        self.transactions = MemoryTransactions(group.ledger)
        [meals] = [each for each in subscriptions(_ports_of(group.ledger), price_grace=AT_ONCE) if each.name == "meals"]
        self._intake = Intake(meals, self.transactions, service="ledger")  # type: ignore[arg-type]  # what it uses of it

    async def take(self, partition: int, most: int) -> int:
        """Take in records from the committed offset on. The offset after them, not yet committed."""
        start = self._group.committed[partition]
        records = self._group.logs[partition][start : start + most]
        if records:
            await self._intake.take(records)
        return start + len(records)

    def commit(self, partition: int, offset: int) -> bool:
        """False when the partition was given to another: Kafka refuses the offset of who is no member any more."""
        if self._generation != self._group.generation:
            return False
        self._group.committed[partition] = offset
        return True


def _ports_of(ledger: MemoryLedger) -> PortsOf:
    def ports(transaction: Any, _batch: Sequence[Received]) -> Ports:
        state: State = transaction.state
        return ledger.ports_on(state)

    return ports


@dataclass(frozen=True)
class Fate:
    """What becomes of a member while it has a batch of `most` records; `at` is the commit it becomes of it at.

    `other_most` is the batch of who takes over from it.
    """

    kind: str
    most: int
    other_most: int
    at: int


async def nothing_happens(group: Group, partition: int, fate: Fate) -> None:
    """It dies after its offset was committed, which is the same."""
    member = group.join()
    assert member.commit(partition, await member.take(partition, fate.most))


async def dies_before_commit(group: Group, partition: int, fate: Fate) -> None:
    async def die() -> None:
        raise DiedError

    member = group.join()
    member.transactions.happens(die, at=fate.at)
    with suppress(DiedError):
        await member.take(partition, fate.most)


async def dies_after_commit(group: Group, partition: int, fate: Fate) -> None:
    """Before its offset."""
    await group.join().take(partition, fate.most)


async def loses_partition_before_commit(group: Group, partition: int, fate: Fate) -> None:
    """Another has taken in the same records and committed them when it comes to commit."""
    first = group.join()

    async def takes_over() -> None:
        second = group.join()
        assert second.commit(partition, await second.take(partition, fate.other_most))

    first.transactions.happens(takes_over, at=fate.at)
    offset = await first.take(partition, fate.most)
    assert first.commit(partition, offset) is (first.transactions.meanwhile is not None)


async def loses_partition_before_offset(group: Group, partition: int, fate: Fate) -> None:
    first = group.join()
    offset = await first.take(partition, fate.most)
    second = group.join()
    assert second.commit(partition, await second.take(partition, fate.other_most))
    assert not first.commit(partition, offset)


async def was_given_up_and_still_commits(group: Group, partition: int, fate: Fate) -> None:
    """A zombie: while the new owner has the records in hand, the old one commits them."""
    zombie, owner = group.join(), group.join()
    owner.transactions.happens(lambda: zombie.take(partition, fate.other_most), at=fate.at)
    assert owner.commit(partition, await owner.take(partition, fate.most))
    assert not zombie.commit(partition, len(group.logs[partition]))


FATES: Final[Mapping[str, Callable[[Group, int, Fate], Awaitable[None]]]] = {
    fate.__name__: fate
    for fate in (
        nothing_happens,
        dies_before_commit,
        dies_after_commit,
        loses_partition_before_commit,
        loses_partition_before_offset,
        was_given_up_and_still_commits,
    )
}


async def delivered(group: Group, fate: Fate) -> None:
    """Everything published is taken in: what `fate` leaves, by a member nothing happens to."""
    for partition in sorted(group.logs):
        if group.waiting(partition):
            await FATES[fate.kind](group, partition, fate)
    last = group.join()
    for partition in sorted(group.logs):
        while group.waiting(partition):
            assert last.commit(partition, await last.take(partition, fate.other_most))
