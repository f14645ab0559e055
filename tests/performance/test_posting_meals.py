"""How fast meals become committed postings, beside one transaction per event and beside raw inserts, in one run.

Compared, on the same machine, broker and database:

1. the ledger's own consumer reading the meals topic in batches;
2. the same consumer, code and topic with one event per transaction;
3. `insert_many` of the same journal documents, nothing else: no indexes, a thousand at a time, w=majority.

Counted in 1 and 2 are postings committed with balances, hash chains, markers and outbox rows; the relay does not run.
`REFETTORIO_BENCH_EVENTS` and `REFETTORIO_BENCH_SINGLES` set the numbers.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer

from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.usecases.assign_tariff import assign_tariff
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.verify_books import verify_books
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.listening import Consumer
from refettorio_chassis.process import calm_the_collector
from refettorio_chassis.testing import envelope_of
from refettorio_contracts.attendance import MealServed
from refettorio_contracts.topics import MEALS
from tests.support.ledger_stage import Stage, ledger_stage
from tests.support.platform import RunningPlatform

EVENTS = int(os.environ.get("REFETTORIO_BENCH_EVENTS", "60000"))
SINGLES = int(os.environ.get("REFETTORIO_BENCH_SINGLES", "600"))
PUPILS = 5_000
PUPILS_PER_ACCOUNT = 1.4
FIRST_DAY = date(2025, 10, 6)
PRICE_CENTS = 510
RAW_BATCH = 1_000
LOOK_EVERY_SECONDS = 0.02
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Measured:
    """Postings between two looks, and the time between them."""

    postings: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.postings / self.seconds


@pytest.mark.performance
async def test_meals_from_kafka_to_committed_postings(infrastructure: RunningPlatform) -> None:
    calm_the_collector()  # as every process of a service does
    mongodb_url, kafka = infrastructure.addresses.mongodb_url, infrastructure.addresses.kafka_bootstrap
    print(f"\n{EVENTS:,} meals of {PUPILS:,} pupils into {MEALS.partitions} partitions of Kafka …")
    await create_topics(kafka)
    await publish_meals(kafka, meals(EVENTS))

    async with ledger_stage(mongodb_url, kafka) as stage:
        await know_prices(stage)
        batched = await consumed(stage, until=EVENTS, at_a_time=None)
        report = await verify_books(stage.book, progress=lambda _done, _all: None)
        raw = await inserted_raw(stage)
    async with ledger_stage(mongodb_url, kafka) as stage:
        await know_prices(stage)
        singly = await consumed(stage, until=SINGLES, at_a_time=1)

    for name, measured in (("batches", batched), ("one per transaction", singly), ("raw insert_many", raw)):
        print(f"{name:20}{measured.per_second:10,.0f} /s   ({measured.postings:,} in {measured.seconds:.1f} s)")
    print(f"batches / one per transaction: {batched.per_second / singly.per_second:.1f} (aim 40)")
    print(f"batches / raw insert_many:     {batched.per_second / raw.per_second:.2f} (aim 0.15)")
    assert report.is_proved
    assert report.transfers == EVENTS


def meals(number: int) -> list[MealServed]:
    """Day after day, every pupil eats; brothers and sisters share an account."""
    now = datetime(2025, 10, 6, 10, 0, tzinfo=UTC)
    return [_meal(index % PUPILS, FIRST_DAY + timedelta(days=index // PUPILS), now) for index in range(number)]


def _meal(pupil: int, day: date, now: datetime) -> MealServed:
    return MealServed(
        meal_id=f"pup_{pupil:06d}.{day.isoformat()}.1",
        account_id=account_of(pupil),
        pupil_id=f"pup_{pupil:06d}",
        day=day,
        school_id=f"school-{pupil % 8}",
        class_id=f"class-{pupil % 200}",
        marked_at=now,
    )


def account_of(pupil: int) -> str:
    return f"gua_{int(pupil / PUPILS_PER_ACCOUNT):06d}"


async def publish_meals(bootstrap: str, events: Sequence[MealServed]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=10)
    await producer.start()
    try:
        for start in range(0, len(events), RAW_BATCH):
            sent = [
                await producer.send(MEALS.name, envelope_of(event).to_bytes(), key=event.account_id.encode())
                for event in events[start : start + RAW_BATCH]
            ]
            await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def know_prices(stage: Stage) -> None:
    version = TariffVersion(
        code="meals-standard",
        version="2025-26",
        service="meals",
        valid_from=date(2025, 9, 1),
        price_cents=PRICE_CENTS,
        resolution="D.G.C. 58/2025",
    )
    await stage.run(publish_tariff, version)
    for start in range(0, PUPILS, 500):

        async def assign(transaction: object, first: int = start) -> None:
            ports = stage.wiring.run.within(transaction)  # type: ignore[arg-type]
            for pupil in range(first, min(first + 500, PUPILS)):
                await assign_tariff(ports, assignment(pupil))

        await stage.wiring.base.transactions.run(assign, name="assign")


def assignment(pupil: int) -> TariffAssignment:
    return TariffAssignment(
        pupil_id=f"pup_{pupil:06d}",
        account_id=account_of(pupil),
        service="meals",
        tariff_code="meals-standard",
        valid_from=date(2025, 9, 1),
    )


async def consumed(stage: Stage, *, until: int, at_a_time: int | None) -> Measured:
    """Run the ledger's consumer of meals until that many postings are committed; timed from the first one."""
    settings, transactions = stage.wiring.settings, stage.wiring.base.transactions
    subscription = next(each for each in stage.service.subscriptions if each.name == "meals")
    if at_a_time is not None:
        subscription = replace(subscription, max_records=at_a_time)
    consumer = Consumer(
        bootstrap_servers=settings.kafka_bootstrap_servers, service="ledger", group_prefix=settings.group_prefix
    )
    consumer.add(subscription, transactions)
    stop = asyncio.Event()
    running = asyncio.create_task(consumer.run(stop))
    try:
        return await _watched(stage, running, until)
    finally:
        stop.set()
        await running


async def _watched(stage: Stage, running: asyncio.Task[None], until: int) -> Measured:
    journal = stage.wiring.base.database["journal"]
    started, first = 0.0, 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and not running.done():
        number = await journal.estimated_document_count()
        if number and not first:
            started, first = time.monotonic(), number
        if number >= until:
            return Measured(postings=number - first, seconds=time.monotonic() - started)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    pytest.fail(f"{first} postings and no end: {running}")


async def inserted_raw(stage: Stage) -> Measured:
    """The same documents as the journal's, inserted and nothing else."""
    database = stage.wiring.base.database
    documents = await database["journal"].find({}).to_list(EVENTS)
    started = time.monotonic()
    for start in range(0, len(documents), RAW_BATCH):
        await database["raw"].insert_many(documents[start : start + RAW_BATCH])
    return Measured(postings=len(documents), seconds=time.monotonic() - started)
