"""The infrastructure goes away and comes back: the work waits in place, and nothing is lost or done twice."""

import asyncio
import signal

import pytest

from refettorio_chassis.consuming import Intake
from refettorio_chassis.listening import Consumer
from refettorio_chassis.process import Process
from refettorio_chassis.testing import eventually
from refettorio_chassis.transaction import Transaction
from tests.integration.chassis.stage import Stage, meal
from tests.support.platform import RunningPlatform

TOTAL = 1500

pytestmark = pytest.mark.slow


async def taken(stage: Stage, number: int) -> bool:
    return await stage.counted("processed") >= number


def intake_of(consumer: Consumer) -> Intake:
    return consumer.listenings[0].intake


async def test_a_consumer_waits_in_place_for_a_database_that_was_killed(
    stage: Stage, infrastructure: RunningPlatform
) -> None:
    await stage.send(*[meal(number, f"gua_{number % 9}") for number in range(TOTAL)])
    consumer = stage.consumer(stage.subscription(max_records=50))
    _, running = stage.run(consumer.run)
    await eventually(lambda: taken(stage, 100))
    infrastructure.kill("mongod")
    process = Process(stage.service(stage.subscription()))
    process._consumer = consumer
    assert not (await process._mongo_is_primary()).is_well
    assert not (await process._outbox_is_fresh()).is_well
    await infrastructure.restarted("mongod")
    await eventually(lambda: taken(stage, TOTAL), within_seconds=120)
    assert await stage.counted("journal") == TOTAL
    assert await stage.set_aside() == []
    assert not running.done(), "it never gave up"


async def test_a_consumer_waits_in_place_for_a_database_that_hangs(
    stage: Stage, infrastructure: RunningPlatform
) -> None:
    await stage.send(*[meal(number, f"gua_{number % 9}") for number in range(TOTAL)])
    _, running = stage.run(stage.consumer(stage.subscription(max_records=50)).run)
    await eventually(lambda: taken(stage, 100))
    infrastructure.kill("mongod", signal.SIGSTOP)
    try:
        await asyncio.wait({running}, timeout=5)  # longer than the driver waits for a server
        assert not running.done()
    finally:
        infrastructure.kill("mongod", signal.SIGCONT)
    await eventually(lambda: taken(stage, TOTAL), within_seconds=120)
    assert await stage.counted("journal") == TOTAL
    assert await stage.set_aside() == []


async def test_a_relay_waits_for_a_database_and_a_broker_that_were_killed(
    stage: Stage, infrastructure: RunningPlatform
) -> None:
    async def announce(transaction: Transaction) -> None:
        transaction.announce(meal(1, f"gua_{stage.name}"))

    async def nothing_unsent() -> bool:
        return await stage.database["outbox"].count_documents({"sent_at": None}) == 0

    _, running = stage.run(stage.relay().run)
    await stage.foundation.transactions.run(announce, name="announce")
    await eventually(nothing_unsent)
    infrastructure.kill("mongod")
    await infrastructure.restarted("mongod")
    await stage.foundation.transactions.run(announce, name="announce")
    await eventually(nothing_unsent, within_seconds=60)
    infrastructure.kill("kafka")
    await stage.foundation.transactions.run(announce, name="announce")
    await infrastructure.restarted("kafka")
    await eventually(nothing_unsent, within_seconds=90)
    assert not running.done()


async def test_a_relay_can_be_stopped_while_the_broker_is_away_and_loses_nothing(
    stage: Stage, infrastructure: RunningPlatform
) -> None:
    async def announce(transaction: Transaction) -> None:
        transaction.announce(meal(1, f"gua_{stage.name}"))

    stop, running = stage.run(stage.relay().run)
    await eventually(lambda: stage.database["leases"].find_one({"_id": "relay"}))
    infrastructure.kill("kafka", signal.SIGSTOP)
    try:
        await stage.foundation.transactions.run(announce, name="announce")
        stop.set()
        await asyncio.wait_for(running, 40)
    finally:
        infrastructure.kill("kafka", signal.SIGCONT)
    assert await stage.database["outbox"].count_documents({"sent_at": None}) == 1
    assert await stage.database["leases"].count_documents({}) == 0, "the next relay need not wait"
