"""How fast meals become committed postings, beside one transaction per event and beside raw inserts, in one run.

A school day of a million pupils (`REFETTORIO_BENCH_EVENTS` meals over `…_DAYS` days), in classes of real sizes, with
brothers and sisters, every family with money on its account. Compared, on the same machine, broker and database:

1. two processes of the ledger (`python -m ledger consumer`) sharing the meals topic, then a steady trickle for the
   time from Kafka's timestamp to the commit as another client sees it, then the books proved;
2. the same consumer alone in this process, reading in batches (`…_ALONE` meals);
3. the same with one event per transaction (`…_SINGLES` meals);
4. `insert_many` of the same journal documents, nothing else: no indexes, a thousand at a time, w=majority.

Counted in 1, 2 and 3 are postings committed with balances, hash chains, progress and outbox rows; no relay runs. Judge
figures together with the load printed: on a busy machine all of them fall.
"""

import asyncio
import itertools
import os
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from ledger.domain.transfers import charge_id
from ledger.outbound.collections import ACCOUNTS, ASSIGNMENTS, JOURNAL, TARIFFS
from ledger.usecases.verify_books import verify_books
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.listening import Consumer
from refettorio_chassis.process import calm_the_collector
from refettorio_chassis.testing import envelope_of
from refettorio_contracts.attendance import MealServed
from refettorio_contracts.topics import MEALS
from tests.performance.school_days import SchoolDays, open_the_year, publish
from tests.support.ledger_stage import Stage, ledger_stage
from tests.support.platform import RunningPlatform

EVENTS = int(os.environ.get("REFETTORIO_BENCH_EVENTS", "1000000"))
DAYS = int(os.environ.get("REFETTORIO_BENCH_DAYS", "1"))
ALONE = int(os.environ.get("REFETTORIO_BENCH_ALONE", "60000"))
SINGLES = int(os.environ.get("REFETTORIO_BENCH_SINGLES", "600"))
RAW = 100_000
RAW_BATCH = 1_000
LOOK_EVERY_SECONDS = 0.05
PATIENCE_SECONDS = 1_800
PROCESSES = 2
JOINING = 0.05
"""Part of the meals left out of the figure of two processes: the second one joins meanwhile."""
TRICKLE = 2_000
TRICKLE_PER_SECOND = 200
TENTHS = 10


@dataclass(frozen=True)
class Measured:
    """Postings between two looks, and the time between them."""

    postings: int
    seconds: float
    tenths: tuple[float, ...] = ()
    """Postings a second in each tenth of them."""

    @property
    def per_second(self) -> float:
        return self.postings / self.seconds

    @property
    def steadiness(self) -> float:
        """Speed of the last third over that of the first."""
        return sum(self.tenths[-3:]) / sum(self.tenths[:3])


@pytest.mark.performance
async def test_meals_from_kafka_to_committed_postings(infrastructure: RunningPlatform, tmp_path: Path) -> None:
    calm_the_collector()  # as every process of a service does
    mongodb_url, kafka = infrastructure.addresses.mongodb_url, infrastructure.addresses.kafka_bootstrap
    days = SchoolDays(pupils=EVENTS // DAYS, days=DAYS)
    await create_topics(kafka)
    say(f"{days.meals:,} meals of {days.pupils:,} pupils on {days.days} days into {MEALS.partitions} partitions")
    await publish(kafka, days.served())
    async with ledger_stage(mongodb_url, kafka) as year:
        say(f"opening {len(days.accounts()):,} accounts")
        await open_the_year(year, days)
        async with ledger_stage(mongodb_url, kafka) as stage:
            await opened_like(year, stage)
            say("one process")
            alone = await consumed(stage, until=min(ALONE, days.meals), at_a_time=None)
        async with ledger_stage(mongodb_url, kafka) as stage:
            await opened_like(year, stage)
            say("one event per transaction")
            singly = await consumed(stage, until=SINGLES, at_a_time=1)
        say("two processes")
        async with consumer_processes(year, tmp_path) as processes:
            spent = Spent(ledger=[each.pid for each in processes], servers=[infrastructure.pid("mongod")])
            shared = await watched(
                year,
                lambda: all(each.returncode is None for each in processes),
                days.meals,
                joining=JOINING,
                at_begin=spent.begin,
            )
            spent.end()
            latencies = await trickled(year, days.after(TRICKLE))
            memory = [peak_megabytes(each.pid) for each in processes]
        say("proving the books")
        started = time.monotonic()
        report = await verify_books(year.book, progress=lambda _done, _all: None)
        proving = time.monotonic() - started
        raw = await inserted_raw(year)

    say(f"load of the machine: {' '.join(f'{each:.1f}' for each in os.getloadavg())} on {os.cpu_count()} processors")
    told = {"two processes": shared, "one process": alone, "one per transaction": singly, "raw insert_many": raw}
    for name, measured in told.items():
        say(f"{name:20}{measured.per_second:10,.0f} /s   ({measured.postings:,} in {measured.seconds:.1f} s)")
    say(f"two processes / one per transaction: {shared.per_second / singly.per_second:.1f} (aim 60)")
    say(f"two processes / raw insert_many:     {shared.per_second / raw.per_second:.2f} (aim 0.20)")
    say(f"by tenths:                           {' '.join(f'{each:,.0f}' for each in shared.tenths)} /s")
    say(f"last third / first third:            {shared.steadiness:.2f} (aim 0.85 to 1.15)")
    say(f"processor time of one meal:          {spent.told(shared.postings)}")
    p50, p99 = (latencies[each] * 1000 for each in (49, 98))
    say(f"Kafka to commit at {TRICKLE_PER_SECOND}/s:            p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    say(f"peak memory: {', '.join(f'{each:.0f} MB' for each in memory)}")
    say(f"books proved in {proving:.0f} s: {report.transfers:,} transfers of {report.accounts:,} accounts")
    assert report.findings == ()
    assert report.transfers == days.meals + TRICKLE + len(days.accounts())


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)


class Spent:
    """Processor seconds of some processes between two moments."""

    def __init__(self, *, ledger: Sequence[int], servers: Sequence[int]) -> None:
        self._pids = {"ledger": ledger, "mongod": servers}
        self._seconds: dict[str, float] = {}

    def begin(self) -> None:
        self._seconds = {name: -_processor_seconds(pids) for name, pids in self._pids.items()}

    def end(self) -> None:
        for name, pids in self._pids.items():
            self._seconds[name] += _processor_seconds(pids)

    def told(self, postings: int) -> str:
        return ", ".join(f"{name} {each / postings * 1e6:.0f} µs" for name, each in self._seconds.items())


def _processor_seconds(pids: Sequence[int]) -> float:
    """User and system time, fields 14 and 15 of /proc/<pid>/stat."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in pids]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


async def opened_like(year: Stage, stage: Stage) -> None:
    """The same accounts, openings and tariffs in a database of its own."""
    other = stage.wiring.base.database.name
    for name in (TARIFFS, ASSIGNMENTS, ACCOUNTS, JOURNAL):
        cursor: Any = year.wiring.base.database[name].aggregate([{"$out": {"db": other, "coll": name}}])
        await cursor.to_list(None)


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


async def watched(
    stage: Stage,
    is_running: Callable[[], bool],
    until: int,
    *,
    joining: float = 0.0,
    at_begin: Callable[[], None] = lambda: None,
) -> Measured:
    """From the first committed posting (after the part `joining`) to the last awaited one, seen by another client."""
    journal = stage.wiring.base.database[JOURNAL]
    opened = await journal.count_documents({"kind": "opening"})
    looks: list[tuple[float, int]] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and is_running():
        number = await journal.estimated_document_count() - opened
        if number > until * joining and (not looks or number > looks[-1][1]):
            if not looks:
                at_begin()
            looks.append((time.monotonic(), number))
        if number >= until:
            return _measured(looks)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    pytest.fail(f"{looks[-1:]} and no end")


def _measured(looks: Sequence[tuple[float, int]]) -> Measured:
    (started, first), (ended, last) = looks[0], looks[-1]
    marks = [
        next(look for look in looks if look[1] >= first + (last - first) * part / TENTHS) for part in range(TENTHS + 1)
    ]
    tenths = tuple(
        (number - before) / (at - was) if at > was else 0.0 for (was, before), (at, number) in itertools.pairwise(marks)
    )
    return Measured(postings=last - first, seconds=ended - started, tenths=tenths)


async def inserted_raw(stage: Stage) -> Measured:
    """The same documents as the journal's, inserted and nothing else."""
    database = stage.wiring.base.database
    documents = await database[JOURNAL].find({"kind": "charge"}).limit(RAW).to_list(None)
    started = time.monotonic()
    for start in range(0, len(documents), RAW_BATCH):
        await database["raw"].insert_many(documents[start : start + RAW_BATCH])
    return Measured(postings=len(documents), seconds=time.monotonic() - started)
