"""Consumers on a real group: what they declare, rebalances, stops, restarts, being stuck."""

import asyncio
from collections.abc import Sequence

import pytest
from faststream import AckPolicy

from refettorio_chassis import mongo
from refettorio_chassis.consuming import Received, Subscription, one_by_one
from refettorio_chassis.listening import Consumer, ConsumerStuckError
from refettorio_chassis.process import Process
from refettorio_chassis.testing import eventually
from refettorio_chassis.transaction import Transaction
from tests.integration.chassis.stage import Stage, count_meal, meal

TOTAL = 3000


async def at_least(stage: Stage, number: int) -> bool:
    return await stage.counted("processed") >= number


async def owns_a_partition(consumer: Consumer) -> bool:
    inner = consumer.listenings[0].subscriber.consumer
    return inner is not None and bool(inner.assignment())


async def test_every_subscriber_commits_after_the_effect_and_begins_at_the_beginning(stage: Stage) -> None:
    consumer = stage.consumer(stage.subscription())
    subscriber = consumer.listenings[0].subscriber
    assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
    assert subscriber.group_id == f"test.ledger.{stage.name}-meals"
    assert subscriber._connection_args["auto_offset_reset"] == "earliest"
    assert subscriber._connection_args["enable_auto_commit"] is False


async def test_a_new_group_takes_in_what_was_there_before_it(stage: Stage) -> None:
    await stage.send(*[meal(number, f"gua_{number % 7}") for number in range(50)])
    stage.run(stage.consumer(stage.subscription()).run)
    await eventually(lambda: at_least(stage, 50))


async def test_two_consumers_share_the_load_through_rebalances_and_each_event_is_taken_once(stage: Stage) -> None:
    """One joins, then the first leaves, while events keep coming; the order of each account stays."""
    accounts = [f"gua_{number}" for number in range(12)]
    first, second = (
        stage.consumer(stage.subscription(max_records=50)),
        stage.consumer(stage.subscription(max_records=50)),
    )
    stop_first, running = stage.run(first.run)

    async def produce() -> None:
        for start in range(0, TOTAL, 200):
            await stage.send(*[meal(number, accounts[number % 12]) for number in range(start, start + 200)])

    producing = asyncio.create_task(produce())
    await eventually(lambda: at_least(stage, TOTAL // 10), within_seconds=60)
    stage.run(second.run)
    await eventually(lambda: owns_a_partition(second), within_seconds=60)
    stop_first.set()
    await running
    await producing
    await eventually(lambda: at_least(stage, TOTAL), within_seconds=90)
    assert await stage.counted("journal") == TOTAL
    assert await stage.set_aside() == []
    for account in accounts:
        rows = sorted(await stage.journal(account=account), key=lambda row: row["place"])
        numbers = [int(row["_id"].rpartition(".")[2]) for row in rows]
        assert numbers == sorted(numbers), account
        assert [row["place"] for row in rows] == list(range(len(rows)))


async def test_a_stop_during_a_batch_loses_nothing_and_repeats_nothing(stage: Stage) -> None:
    in_hand = asyncio.Event()

    async def slowly(transaction: Transaction, batch: Sequence[Received]) -> None:
        in_hand.set()
        for received in batch:
            await asyncio.sleep(0.02)
            await count_meal(transaction, received)

    subscription = stage.subscription(slowly, max_records=20)
    await stage.send(*[meal(number) for number in range(60)])
    first = stage.consumer(subscription)
    stop, running = stage.run(first.run)
    await asyncio.wait_for(in_hand.wait(), 20)
    stop.set()
    await running
    after_stop = await stage.counted("journal")
    assert after_stop in {20, 40, 60}, "the batch in hand was finished, whole"
    second = stage.consumer(subscription)
    stage.run(second.run)
    await eventually(lambda: at_least(stage, 60))
    await eventually(lambda: _committed(stage, second, 60))
    assert await stage.counted("journal") == 60


async def _committed(stage: Stage, consumer: Consumer, number: int) -> bool:
    return await stage.committed(consumer) == number


async def test_a_consumer_killed_between_commit_and_offset_repeats_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    await stage.send(*[meal(number) for number in range(30)])
    with monkeypatch.context() as broken:
        broken.setattr("refettorio_chassis.listening._commit", never)
        killed = stage.consumer(stage.subscription())
        stop, running = stage.run(killed.run)
        await eventually(lambda: at_least(stage, 30))
        for task in killed.listenings[0].subscriber.tasks:
            task.cancel()
        stop.set()
        await running
    again = stage.consumer(stage.subscription())
    stage.run(again.run)
    await eventually(lambda: _committed(stage, again, 30), within_seconds=60)
    assert await stage.counted("journal") == 30


async def test_a_handler_that_hangs_is_found_by_the_watchdog(stage: Stage) -> None:
    async def hang(transaction: Transaction, batch: Sequence[Received]) -> None:
        await asyncio.Event().wait()

    await stage.send(meal(1))
    consumer = stage.consumer(stage.subscription(hang), stuck_seconds=1.0)
    listening = consumer.listenings[0]
    await consumer._broker.start()
    with pytest.raises(ConsumerStuckError, match="nothing has moved for 1 s"):
        await asyncio.wait_for(listening.watch(), 20)
    for task in listening.subscriber.tasks:
        task.cancel()
    await asyncio.wait(listening.subscriber.tasks)
    await consumer._broker.stop()


async def test_a_consumer_that_does_not_fetch_although_records_wait_is_found_by_the_watchdog(stage: Stage) -> None:
    await stage.send(*[meal(number) for number in range(5)], partition=0)
    consumer = stage.consumer(stage.subscription(max_records=1), stuck_seconds=1.0)
    _, running = stage.run(consumer.run)
    await eventually(lambda: at_least(stage, 5))
    await eventually(lambda: _committed(stage, consumer, 5))
    for task in consumer.listenings[0].subscriber.tasks:
        task.cancel()  # the loop that asks for records dies, the connection lives
    await stage.send(*[meal(number) for number in range(5, 10)], partition=0)
    with pytest.raises(ConsumerStuckError, match="records wait"):
        await asyncio.wait_for(running, 30)


async def test_a_consumer_that_its_group_does_not_take_back_is_found_by_the_watchdog(stage: Stage) -> None:
    consumer = stage.consumer(stage.subscription(), stuck_seconds=1.0)
    listening = consumer.listenings[0]
    _, running = stage.run(consumer.run)
    await eventually(lambda: _is_member(consumer))
    listening._is_member = False  # partitions given back, and no answer since
    with pytest.raises(ConsumerStuckError, match="it is not in its group"):
        await asyncio.wait_for(running, 30)


async def _is_member(consumer: Consumer) -> bool:
    return consumer.listenings[0].is_member()


async def test_waiting_for_the_database_is_not_being_stuck(stage: Stage) -> None:
    faults = 6

    async def away(transaction: Transaction, received: Received) -> None:
        nonlocal faults
        if faults:
            faults -= 1
            raise mongo.MongoFault("away")
        await count_meal(transaction, received)

    await stage.send(meal(1))
    stage.run(stage.consumer(stage.subscription(one_by_one(away)), stuck_seconds=1.0).run)
    await eventually(lambda: at_least(stage, 1), within_seconds=60)


async def test_a_process_tells_whether_its_consumer_is_in_the_group(stage: Stage) -> None:
    process = Process(stage.service(stage.subscription()), ["consumer"])
    process._consumer = consumer = stage.consumer(stage.subscription())
    assert not (await process._consumer_is_member()).is_well
    stage.run(consumer.run)

    async def is_well() -> bool:
        return (await process._consumer_is_member()).is_well

    await eventually(is_well)


async def test_more_consumers_than_partitions_are_members_too(stage: Stage) -> None:
    subscription: Subscription = stage.subscription()
    consumers = [stage.consumer(subscription) for _ in range(4)]
    for consumer in consumers:
        stage.run(consumer.run)

    async def all_are_members() -> bool:
        return all(consumer.listenings[0].is_member() for consumer in consumers)

    await eventually(all_are_members, within_seconds=60)
    assert sum([await owns_a_partition(consumer) for consumer in consumers]) == 3
