"""Meals from Kafka to the books: redelivery, a missing tariff, parking behind, replay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from ledger.domain.tariffs import TariffAssignment
from ledger.usecases.assign_tariff import assign_tariff
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.verify_books import verify_books
from refettorio_chassis import set_aside
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.operating import replay
from refettorio_chassis.process import Process
from refettorio_chassis.testing import eventually, producing
from refettorio_contracts import Event
from refettorio_contracts.attendance import MealServed, MealWithdrawn
from refettorio_contracts.enrollment import TariffAssigned
from refettorio_contracts.identity import GuardianRegistered, PersonalData
from refettorio_contracts.topics import CATALOGUE
from tests.support.ledger_scenarios import balance, price, proved
from tests.support.ledger_stage import Stage
from tests.support.platform import RunningPlatform

DAY = date(2025, 10, 6)


def served(name: str, number: int = 1) -> MealServed:
    return MealServed(
        meal_id=f"pup_{name}.{DAY.isoformat()}.{number}",
        account_id=f"gua_{name}",
        pupil_id=f"pup_{name}",
        day=DAY,
        school_id="primaria",
        class_id="primaria-1a",
        marked_at=datetime(2025, 10, 6, 7, 5, tzinfo=UTC),
    )


def withdrawn(meal: MealServed) -> MealWithdrawn:
    return MealWithdrawn(
        meal_id=meal.meal_id,
        account_id=meal.account_id,
        pupil_id=meal.pupil_id,
        day=meal.day,
        school_id=meal.school_id,
        class_id=meal.class_id,
        reason="assente",
        withdrawn_at=meal.marked_at,
    )


def assigned(name: str) -> TariffAssigned:
    return TariffAssigned(
        pupil_id=f"pup_{name}",
        account_id=f"gua_{name}",
        service="meals",
        tariff_code="meals-standard",
        valid_from=date(2025, 9, 1),
    )


@asynccontextmanager
async def consuming(stage: Stage) -> AsyncIterator[None]:
    """The consumers of the service, while the block lasts."""
    stop = asyncio.Event()
    running = asyncio.create_task(Process(stage.service)._make_consumer().run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


@pytest.fixture
async def unique(request: pytest.FixtureRequest, stage: Stage, infrastructure: RunningPlatform) -> str:
    """Topics are shared with other tests: each test has names of its own, and begins at the end of what was said."""
    bootstrap = infrastructure.addresses.kafka_bootstrap
    await create_topics(bootstrap)
    for subscription in stage.service.subscriptions:
        group = f"{stage.wiring.settings.group_prefix}ledger.{subscription.name}"
        await _begin_at_the_end(bootstrap, group, [topic.name for topic in subscription.topics])
    return f"{request.node.name.replace('_', '-')[5:45]}-{id(request)}"


async def _begin_at_the_end(bootstrap: str, group: str, topics: list[str]) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    catalogued = {topic.name: topic.partitions for topic in CATALOGUE}
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for topic in topics for number in range(catalogued[topic])]
        consumer.assign(partitions)
        await consumer.commit(await consumer.end_offsets(partitions))
    finally:
        await consumer.stop()


async def publish(infrastructure: RunningPlatform, *events: Event) -> None:
    async with producing(infrastructure.addresses.kafka_bootstrap) as send:
        for event in events:
            await send(event)


async def test_meals_are_charged_from_kafka_once(stage: Stage, infrastructure: RunningPlatform, unique: str) -> None:
    await stage.run(publish_tariff, price(510))
    await publish(infrastructure, assigned(unique))
    async with consuming(stage):
        await eventually(lambda: stage.queries.assignments_of([f"gua_{unique}"]), what="an assignment")
        meal = served(unique)
        await publish(infrastructure, meal, meal, served(unique, 2), withdrawn(meal))
        await eventually(lambda: _has(stage, unique, -510, 3), what="two charges and one reversal")
    await proved(stage)


async def test_an_event_that_was_taken_in_and_left_no_effect_is_noticed(
    stage: Stage, infrastructure: RunningPlatform, unique: str
) -> None:
    await stage.run(publish_tariff, price(510))
    await publish(infrastructure, assigned(unique))
    async with consuming(stage):
        await eventually(lambda: stage.queries.assignments_of([f"gua_{unique}"]), what="an assignment")
        await publish(infrastructure, served(unique))
        await eventually(lambda: _has(stage, unique, -510, 1), what="a charge")
    await proved(stage)
    progress = stage.wiring.base.transactions.view.collection("progress")
    await progress.update_one({"taken": {"$gt": 0}}, {"$inc": {"taken": 1, "next_offset": 1}})
    report = await verify_books(stage.book, progress=lambda _done, _total: None)
    (found,) = report.findings
    assert (found.invariant, found.problem) == ("I4", "2 events were taken in, the book has 1")


async def test_a_meal_without_a_tariff_waits_aside_with_all_behind_it_and_is_replayed(
    stage: Stage, infrastructure: RunningPlatform, unique: str
) -> None:
    meal = served(unique)
    await publish(infrastructure, meal, withdrawn(meal), served(unique, 2))
    async with consuming(stage):
        await eventually(lambda: _parked(stage, unique, 3), what="three parked events")
    assert await balance(stage, f"gua_{unique}") == 0
    await stage.run(publish_tariff, price(510))
    await stage.run(
        assign_tariff,
        TariffAssignment(
            pupil_id=f"pup_{unique}",
            account_id=f"gua_{unique}",
            service="meals",
            tariff_code="meals-standard",
            valid_from=date(2025, 9, 1),
        ),
    )
    transactions = stage.wiring.base.transactions
    rows = await set_aside.listed(transactions.view, key=f"gua_{unique}")
    assert rows[0]["slug"] == "price-unknown"
    assert await replay(transactions, stage.service.subscriptions, rows) == 0
    assert await balance(stage, f"gua_{unique}") == -510
    await proved(stage)


async def test_people_become_holders(stage: Stage, infrastructure: RunningPlatform, unique: str) -> None:
    person = PersonalData(fiscal_code="RSSMRA85T10A562S", given_name="Mario", family_name="Rossi")
    await publish(infrastructure, GuardianRegistered(guardian_id=f"gua_{unique}", person=person))
    async with consuming(stage):
        holder = await eventually(lambda: stage.queries.holder(f"gua_{unique}"), what="a holder")
    assert holder.full_name == "Mario Rossi"


async def _has(stage: Stage, unique: str, cents: int, entries: int) -> bool:
    account = await stage.queries.account(f"gua_{unique}")
    return account is not None and (account.balance_cents, account.sequence) == (cents, entries)


async def _parked(stage: Stage, unique: str, number: int) -> bool:
    rows = await set_aside.listed(stage.wiring.base.transactions.view, key=f"gua_{unique}")
    return len(rows) == number
