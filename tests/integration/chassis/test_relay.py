"""From the outbox to Kafka: in order for each key, by one relay at a time, again after a crash, loud when it cannot."""

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer

from refettorio_chassis import relay as relay_module
from refettorio_chassis.consuming import Intake
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.outbox import MAX_VALUE_BYTES, OutboxRow
from refettorio_chassis.relay import DeadProducerError, outbox_age_seconds
from refettorio_chassis.testing import envelope_of, eventually
from refettorio_chassis.transaction import Transaction
from refettorio_contracts import read
from refettorio_contracts.topics import Topic
from tests.integration.chassis.stage import SERVICE, Stage, meal


async def post(stage: Stage, *rows: OutboxRow) -> None:
    async def work(transaction: Transaction) -> None:
        for row in rows:
            transaction.post(row)

    await stage.foundation.transactions.run(work, name="post")


def row(topic: str, key: str, number: int) -> OutboxRow:
    return OutboxRow(topic=topic, key=key, value=str(number).encode(), headers={"number": str(number)})


async def nothing_unsent(stage: Stage) -> bool:
    return await stage.database["outbox"].count_documents({"sent_at": None}) == 0


async def test_each_key_keeps_its_order_through_the_relay_on_many_partitions(stage: Stage) -> None:
    wide = Topic(
        name=f"test.wide.{stage.name}",
        key="account",
        audience="internal",
        owner=SERVICE,
        description="",
        partitions=24,
    )
    await create_topics(stage.bootstrap, topics=[wide])
    keys = [f"gua_{number}" for number in range(60)] * 40
    random.Random(7).shuffle(keys)  # noqa: S311 - the same shuffle every time
    rows = [row(wide.name, key, number) for number, key in enumerate(keys)]
    stage.run(stage.relay().run)
    for start in range(0, len(rows), 400):
        await post(stage, *rows[start : start + 400])
    await eventually(lambda: nothing_unsent(stage))
    arrived: dict[str, list[int]] = defaultdict(list)
    partitions: dict[str, set[int]] = defaultdict(set)
    for record in await stage.records(wide.name):
        arrived[record.key.decode()].append(int(record.value))
        partitions[record.key.decode()].add(record.partition)
    assert sum(map(len, arrived.values())) == len(rows)
    assert all(numbers == sorted(numbers) for numbers in arrived.values())
    assert all(len(found) == 1 for found in partitions.values()), "a key lives on one partition"
    assert len(set.union(*partitions.values())) > 12, "keys are spread: no batch goes whole to one partition"


async def test_an_insert_wakes_the_relay_before_its_poll(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 600.0)
    stage.run(stage.relay().run)
    await eventually(lambda: stage.database["leases"].find_one({"_id": "relay"}))

    async def sent_one_more() -> bool:
        await post(stage, row(stage.topic.name, "gua_1", 1))  # until the stream is open, an insert wakes nobody
        return await stage.database["outbox"].count_documents({"sent_at": {"$ne": None}}) > 0

    await eventually(sent_one_more)


async def test_without_change_stream_the_poll_finds_the_rows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def deaf(self: object, wake: asyncio.Event) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(relay_module.Relay, "_wake_on_insert", deaf)
    stage.run(stage.relay().run)
    for number in range(3):
        await post(stage, row(stage.topic.name, "gua_1", number))
        await eventually(lambda: nothing_unsent(stage))
    assert len(await stage.records()) == 3


async def test_of_two_relays_one_is_active_and_the_other_takes_over(stage: Stage) -> None:
    first, second = stage.relay(), stage.relay()
    stop, running = stage.run(first.run)
    leases = stage.database["leases"]
    held = await eventually(lambda: leases.find_one({"_id": "relay"}))
    stage.run(second.run)
    await post(stage, *[row(stage.topic.name, "gua_1", number) for number in range(50)])
    await eventually(lambda: nothing_unsent(stage))
    assert len(await stage.records()) == 50, "nothing was sent by both"
    assert (await leases.find_one({"_id": "relay"}))["holder"] == held["holder"]  # type: ignore[index]
    stop.set()
    await running
    await post(stage, row(stage.topic.name, "gua_1", 51))
    await eventually(lambda: nothing_unsent(stage))
    assert (await leases.find_one({"_id": "relay"}))["holder"] != held["holder"]  # type: ignore[index]


async def test_the_lease_of_a_relay_that_died_is_taken_when_it_has_ended(stage: Stage) -> None:
    ended = datetime.now(UTC) + timedelta(seconds=2)
    await stage.database["leases"].insert_one({"_id": "relay", "holder": "dead", "until": ended})
    await post(stage, row(stage.topic.name, "gua_1", 1))
    stage.run(stage.relay().run)
    await eventually(lambda: nothing_unsent(stage))
    assert datetime.now(UTC) >= ended - timedelta(milliseconds=10)


async def test_a_crash_between_kafka_and_the_mark_sends_twice_and_the_reader_knows_it(stage: Stage) -> None:
    envelope = envelope_of(meal(1))
    await post(stage, OutboxRow(topic=stage.topic.name, key="gua_1", value=envelope.to_bytes(), row_id=envelope.id))
    stop, running = stage.run(stage.relay().run)
    await eventually(lambda: nothing_unsent(stage))
    stop.set()
    await running
    await stage.database["outbox"].update_many({}, {"$set": {"sent_at": None}})  # as if the process had died there
    stage.run(stage.relay().run)
    await eventually(lambda: nothing_unsent(stage))
    records = await stage.records()
    assert [read(record.value).id for record in records] == [envelope.id] * 2
    await Intake(stage.subscription(), stage.foundation.transactions, service=SERVICE).take(records)
    assert len(await stage.journal()) == 1


async def test_a_dead_producer_ends_the_relay_with_a_clear_word_and_loses_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idempotent producer that is out of sequence never heals (aiokafka #1017)."""
    made: list[AIOKafkaProducer] = []

    class Remembered(AIOKafkaProducer):  # type: ignore[misc]
        async def start(self) -> None:
            made.append(self)
            await super().start()

    monkeypatch.setattr(relay_module, "AIOKafkaProducer", Remembered)
    _, running = stage.run(stage.relay().run)
    await post(stage, row(stage.topic.name, "gua_1", 1))
    await eventually(lambda: nothing_unsent(stage))
    numbers = made[0]._txn_manager._sequence_numbers
    for partition in list(numbers):
        numbers[partition] += 1000
    await post(stage, row(stage.topic.name, "gua_1", 2))
    with pytest.raises(DeadProducerError, match=r"Kafka refuses what ledger sends .*nothing is lost"):
        await asyncio.wait_for(running, 30)
    monkeypatch.undo()
    stage.run(stage.relay().run)
    await eventually(lambda: nothing_unsent(stage))
    assert [record.value for record in await stage.records()] == [b"1", b"2"]


async def test_the_largest_row_an_outbox_takes_can_be_sent(stage: Stage) -> None:
    stage.run(stage.relay().run)
    noise = random.Random(7).randbytes(MAX_VALUE_BYTES)  # noqa: S311 - incompressible is all it must be
    await post(stage, OutboxRow(topic=stage.topic.name, key="gua_1", value=noise))
    await eventually(lambda: nothing_unsent(stage))
    (record,) = await stage.records()
    assert record.value == noise


async def test_the_age_of_the_outbox_is_that_of_its_oldest_unsent_row(stage: Stage) -> None:
    assert await outbox_age_seconds(stage.database) == 0
    await post(stage, row(stage.topic.name, "gua_1", 1))
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    await stage.database["outbox"].update_one({}, {"$set": {"written_at": long_ago}})
    assert 299 < await outbox_age_seconds(stage.database) < 400
