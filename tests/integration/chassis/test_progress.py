"""A handler that recognises what it took in before: no markers, and every record of a partition is accounted for."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import ConsumerRecord

from refettorio_chassis import progress
from refettorio_chassis.consuming import Intake, Received, Subscription
from refettorio_chassis.errors import DomainError
from refettorio_chassis.operating import replay
from refettorio_chassis.progress import Ends
from refettorio_chassis.testing import envelope_of
from refettorio_chassis.transaction import Transaction
from tests.integration.chassis.stage import SERVICE, Stage, count_meal, meal


class Recognising:
    """Counts meals by their own name, and refuses some until it is told otherwise."""

    def __init__(self, *refused: int) -> None:
        self.refused = {meal(number).meal_id for number in refused}

    async def __call__(self, transaction: Transaction, batch: Sequence[Received]) -> int:
        known = 0
        for received in batch:
            name = received.envelope.subject.removeprefix("meal/")
            if name in self.refused:
                raise DomainError("No.")
            if await transaction.collection("journal").find_one({"_id": name}):
                known += 1
            else:
                await count_meal(transaction, received)
        return known

    async def knows(self, transaction: Transaction, batch: Sequence[Received]) -> list[bool]:
        names = [received.envelope.subject.removeprefix("meal/") for received in batch]
        found = await transaction.collection("journal").find({"_id": {"$in": names}})
        return [name in {document["_id"] for document in found} for name in names]


def listening(stage: Stage, handler: Recognising) -> tuple[Subscription, Intake]:
    subscription = stage.subscription(handler, knows=handler.knows, parks_behind=True)
    return subscription, Intake(subscription, stage.foundation.transactions, service=SERVICE)


async def ends(stage: Stage, subscription: Subscription) -> tuple[int, Ends]:
    """How far partition 0 is, and what became of its records."""
    (found,) = await progress.every_progress(stage.foundation.transactions.view, subscription.name)
    assert found.first_offset == 0
    return found.next_offset, found.ends


async def test_what_is_taken_in_leaves_no_marker_and_is_counted(stage: Stage) -> None:
    await stage.send(*[meal(number) for number in range(10)], partition=0)
    subscription, intake = listening(stage, Recognising())
    await intake.take(await stage.records())
    assert await ends(stage, subscription) == (10, Ends(taken=10))
    assert (await stage.counted("journal"), await stage.counted("processed")) == (10, 0)


@pytest.mark.parametrize("again", [slice(0, 10), slice(4, 10), slice(4, 7)])
async def test_what_comes_again_is_known_and_not_counted_twice(stage: Stage, again: slice) -> None:
    await stage.send(*[meal(number) for number in range(10)], partition=0)
    records = await stage.records()
    subscription, intake = listening(stage, Recognising())
    await intake.take(records[:7])
    await intake.take(records[again])
    await intake.take(records[7:])
    assert await ends(stage, subscription) == (10, Ends(taken=10))
    assert await stage.counted("journal") == 10


async def test_the_same_event_at_another_offset_is_a_duplicate(stage: Stage) -> None:
    envelope = envelope_of(meal(1))
    await stage.send_raw(*[(b"gua_1", envelope.to_bytes())] * 3, partition=0)
    records = await stage.records()
    subscription, intake = listening(stage, Recognising())
    await intake.take(records[:2])
    await intake.take(records[2:])
    assert await ends(stage, subscription) == (3, Ends(taken=1, known=2))


async def test_refused_unreadable_and_waiting_records_are_parked_once_however_often_they_come(stage: Stage) -> None:
    await stage.send(meal(0, "gua_9"), meal(1), meal(2), partition=0)
    await stage.send_raw((b"gua_1", b"poison"), partition=0)
    await stage.send(meal(3, "gua_9"), partition=0)
    records = await stage.records()
    subscription, intake = listening(stage, Recognising(1))
    for _ in range(2):
        await intake.take(records)
    assert await ends(stage, subscription) == (5, Ends(taken=2, parked=3))
    assert [row["offset"] for row in await stage.set_aside()] == [1, 2, 3]
    assert await stage.counted("journal") == 2


async def test_what_had_its_effect_before_its_key_was_blocked_waits_for_nobody(stage: Stage) -> None:
    await stage.send(meal(1), meal(2), meal(3), partition=0)
    records = await stage.records()
    subscription, intake = listening(stage, Recognising(2))
    await intake.take(records)
    await intake.take(records)
    assert [row["offset"] for row in await stage.set_aside()] == [1, 2]
    assert await ends(stage, subscription) == (3, Ends(taken=1, parked=2))


async def test_types_that_nobody_knows_are_accounted_for_too(stage: Stage) -> None:
    unknown = envelope_of(meal(1)).to_bytes().replace(b"meal.served.v1", b"meal.weighed.v7")
    await stage.send_raw((b"gua_1", unknown), partition=0)
    await stage.send(meal(2), partition=0)
    await stage.send_raw((b"gua_1", unknown), partition=0)
    records = await stage.records()
    subscription, intake = listening(stage, Recognising())
    await intake.take(records[:1])
    await intake.take(records)
    assert await ends(stage, subscription) == (3, Ends(taken=1, ignored=2))


async def test_new_events_in_places_that_a_broker_gave_before_are_taken_in_late(stage: Stage) -> None:
    """A broker of one node that lost its last records at a power cut gives their offsets to others."""
    await stage.send(*[meal(number) for number in range(4)], partition=0)
    first, second, third, fourth = await stage.records()
    subscription, intake = listening(stage, Recognising())
    await intake.take([first, second])
    await intake.take([_at(third, 1), _at(fourth, 2)])
    assert await ends(stage, subscription) == (3, Ends(taken=3, late=1))
    assert await stage.counted("journal") == 4


async def test_what_comes_late_and_is_refused_blocks_its_key_and_is_parked_once(stage: Stage) -> None:
    await stage.send(meal(0, "gua_9"), meal(1, "gua_9"), meal(2), meal(3), partition=0)
    first, second, refused, behind = await stage.records()
    subscription, intake = listening(stage, Recognising(2))
    await intake.take([first, second])
    for _ in range(2):
        await intake.take([_at(refused, 1)])
        await intake.take([_at(behind, 2)])
    assert [row["behind"] for row in await stage.set_aside()] == [False, True]
    assert await ends(stage, subscription) == (3, Ends(taken=2, parked=1))


async def test_what_an_operator_replays_is_counted_apart(stage: Stage) -> None:
    await stage.send(meal(1), meal(2), partition=0)
    handler = Recognising(1)
    subscription, intake = listening(stage, handler)
    await intake.take(await stage.records())
    handler.refused.clear()
    transactions = stage.foundation.transactions
    assert await replay(transactions, [subscription], await stage.set_aside()) == 0
    assert await ends(stage, subscription) == (2, Ends(parked=2, replayed=2))


async def test_two_processes_with_one_partition_take_each_record_in_once(stage: Stage) -> None:
    await stage.send(*[meal(number) for number in range(20)], partition=0)
    records = await stage.records()
    subscription, first = listening(stage, Recognising())
    second = Intake(subscription, stage.foundation.transactions, service=SERVICE)
    await asyncio.wait_for(asyncio.gather(first.take(records), second.take(records)), 30)
    assert await ends(stage, subscription) == (20, Ends(taken=20))
    assert await stage.counted("journal") == 20
    assert await stage.set_aside() == []


def _at(record: ConsumerRecord, offset: int) -> ConsumerRecord:
    """The same record in another place."""
    parts = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return ConsumerRecord(**(parts | {"offset": offset}))
