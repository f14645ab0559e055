"""How fast meals become committed postings, beside one transaction per event and beside raw inserts, in one run.

Compared, on the same machine, broker and database:

1. two processes of the ledger (`python -m ledger consumer`) sharing the meals topic, then a steady trickle for the
   time from Kafka's timestamp to the commit as another client sees it;
2. the same consumer alone in this process, reading in batches;
3. the same with one event per transaction;
4. `insert_many` of the same journal documents, nothing else: no indexes, a thousand at a time, w=majority.

Counted in 1, 2 and 3 are postings committed with balances, hash chains, progress and outbox rows; no relay runs.
`REFETTORIO_BENCH_EVENTS` (1000000 for the full one), `…_ALONE` and `…_SINGLES` set the numbers. Judge figures together
with the load printed: on a busy machine all of them fall.
"""

import asyncio
import os
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.domain.transfers import charge_id
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
ALONE = int(os.environ.get("REFETTORIO_BENCH_ALONE", "30000"))
SINGLES = int(os.environ.get("REFETTORIO_BENCH_SINGLES", "600"))
PUPILS = 5_000
PUPILS_PER_ACCOUNT = 1.4
FIRST_DAY = date(2025, 10, 6)
PRICE_CENTS = 510
RAW_BATCH = 1_000
LOOK_EVERY_SECONDS = 0.02
PATIENCE_SECONDS = 1_800
PROCESSES = 2
JOINING = 0.2
"""Part of the meals left out of the figure of two processes: the second one joins meanwhile."""
TRICKLE = 2_000
TRICKLE_PER_SECOND = 200


@dataclass(frozen=True)
class Measured:
    """Postings between two looks, and the time between them."""

    postings: int
    seconds: float
    steadiness: float = 1.0
    """Speed of the last third over that of the first."""

    @property
    def per_second(self) -> float:
        return self.postings / self.seconds


@pytest.mark.performance
async def test_meals_from_kafka_to_committed_postings(infrastructure: RunningPlatform, tmp_path: Path) -> None:
    calm_the_collector()  # as every process of a service does
    mongodb_url, kafka = infrastructure.addresses.mongodb_url, infrastructure.addresses.kafka_bootstrap
    print(f"\n{EVENTS:,} meals of {PUPILS:,} pupils into {MEALS.partitions} partitions of Kafka …")
    await create_topics(kafka)
    everything = meals(EVENTS + TRICKLE)
    await publish_meals(kafka, everything[:EVENTS])

    async with ledger_stage(mongodb_url, kafka) as stage:
        await know_prices(stage)
        alone = await consumed(stage, until=min(ALONE, EVENTS), at_a_time=None)
    async with ledger_stage(mongodb_url, kafka) as stage:
        await know_prices(stage)
        singly = await consumed(stage, until=SINGLES, at_a_time=1)
    async with ledger_stage(mongodb_url, kafka) as stage:
        await know_prices(stage)
        async with consumer_processes(stage, tmp_path) as processes:
            shared = await watched(
                stage, lambda: all(each.returncode is None for each in processes), EVENTS, joining=JOINING
            )
            latencies = await trickled(stage, everything[EVENTS:])
            memory = [peak_megabytes(each.pid) for each in processes]
        report = await verify_books(stage.book, progress=lambda _done, _all: None)
        raw = await inserted_raw(stage)

    print(f"load of the machine: {' '.join(f'{each:.1f}' for each in os.getloadavg())} on {os.cpu_count()} processors")
    told = {"two processes": shared, "one process": alone, "one per transaction": singly, "raw insert_many": raw}
    for name, measured in told.items():
        print(f"{name:20}{measured.per_second:10,.0f} /s   ({measured.postings:,} in {measured.seconds:.1f} s)")
    print(f"two processes / one per transaction: {shared.per_second / singly.per_second:.1f} (aim 60)")
    print(f"two processes / raw insert_many:     {shared.per_second / raw.per_second:.2f} (aim 0.20)")
    print(f"last third / first third:            {shared.steadiness:.2f} (aim 0.85 to 1.15)")
    p50, p99 = (latencies[each] * 1000 for each in (49, 98))
    print(f"Kafka to commit at {TRICKLE_PER_SECOND}/s:            p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    print(f"peak memory: {', '.join(f'{each:.0f} MB' for each in memory)}")
    assert report.is_proved
    assert report.transfers == EVENTS + TRICKLE


@asynccontextmanager
async def consumer_processes(stage: Stage, folder: Path) -> AsyncIterator[list[Process]]:
    """The ledger's consumer as it runs in a town that grows: one role, several processes."""
    settings = stage.wiring.settings
    environment = os.environ | {
        "MONGODB_URL": settings.mongodb_url,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "REFETTORIO_JWKS_URL": settings.jwks_url,
        "REFETTORIO_PUBLIC_URL": settings.public_url,
        "REFETTORIO_DATABASE_PREFIX": settings.database_prefix,
        "REFETTORIO_GROUP_PREFIX": settings.group_prefix,
        "REFETTORIO_CREDITOR_FISCAL_CODE": settings.creditor_fiscal_code,
        "REFETTORIO_CREDITOR_NAME": settings.creditor_name,
        "REFETTORIO_CREDITOR_IBAN": settings.creditor_iban,
        "REFETTORIO_CHECKOUT_URL": settings.checkout_url,
        "REFETTORIO_CHECKOUT_KEY": "invented",
        "OTEL_TRACES_EXPORTER": "none",
    }
    processes = []
    with (folder / "consumers.log").open("wb") as log:
        for _ in range(PROCESSES):
            own = environment | {"REFETTORIO_HTTP_PORT": str(free_port())}
            processes.append(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "ledger", "consumer", env=own, stdout=log, stderr=log
                )
            )
    try:
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in processes))


async def trickled(stage: Stage, events: Sequence[MealServed]) -> list[float]:
    """Percentiles 1 to 99 of the seconds from Kafka's timestamp to when the committed posting is seen."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stage.wiring.settings.mongodb_url)
    journal = client[stage.wiring.settings.database_prefix + "ledger"]["journal"]
    seen: dict[str, float] = {}
    sent: dict[str, float] = {}
    async with client, await journal.watch([{"$match": {"operationType": "insert"}}]) as stream:
        sending = asyncio.create_task(_sent_slowly(stage.wiring.settings.kafka_bootstrap_servers, events, sent))
        async with asyncio.timeout(PATIENCE_SECONDS):
            # The last of the backlog may still arrive: what counts is that every one of ours has.
            while not (sending.done() and sent.keys() <= seen.keys()):
                if change := await stream.try_next():
                    seen[change["documentKey"]["_id"]] = time.time()
        await sending
    return quantiles([seen[name] - at for name, at in sent.items()], n=100)


async def _sent_slowly(bootstrap: str, events: Sequence[MealServed], sent: dict[str, float]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        for number, event in enumerate(events):
            envelope, name = envelope_of(event), charge_id(event.meal_id)
            future = await producer.send(MEALS.name, envelope.to_bytes(), key=event.account_id.encode())
            future.add_done_callback(lambda done, name=name: sent.update({name: done.result().timestamp / 1000}))
            if number % 10 == 0:
                await asyncio.sleep(10 / TRICKLE_PER_SECOND)
        await producer.flush()
    finally:
        await producer.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def peak_megabytes(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


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
        return await watched(stage, lambda: not running.done(), until)
    finally:
        stop.set()
        await running


async def watched(stage: Stage, is_running: Callable[[], bool], until: int, joining: float = 0.0) -> Measured:
    """From the first committed posting (after the part `joining`) to the last awaited one, seen by another client."""
    journal = stage.wiring.base.database["journal"]
    looks: list[tuple[float, int]] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and is_running():
        number = await journal.estimated_document_count()
        if number > until * joining and (not looks or number > looks[-1][1]):
            looks.append((time.monotonic(), number))
        if number >= until:
            return _measured(looks)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    pytest.fail(f"{looks[-1:]} and no end")


def _measured(looks: Sequence[tuple[float, int]]) -> Measured:
    (started, first), (ended, last) = looks[0], looks[-1]
    at_third = [next(at for at, number in looks if number >= first + (last - first) * part / 3) for part in (1, 2)]
    steadiness = (at_third[0] - started) / max(ended - at_third[1], LOOK_EVERY_SECONDS)
    return Measured(postings=last - first, seconds=ended - started, steadiness=steadiness)


async def inserted_raw(stage: Stage) -> Measured:
    """The same documents as the journal's, inserted and nothing else."""
    database = stage.wiring.base.database
    documents = await database["journal"].find({}).to_list(EVENTS)
    started = time.monotonic()
    for start in range(0, len(documents), RAW_BATCH):
        await database["raw"].insert_many(documents[start : start + RAW_BATCH])
    return Measured(postings=len(documents), seconds=time.monotonic() - started)
