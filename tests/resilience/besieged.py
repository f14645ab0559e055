"""The ledger as processes of its own, on servers that may die: started, fed, looked at."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from ledger.domain.tariffs import TariffVersion
from ledger.settings import Settings
from ledger.usecases.assign_tariff import assign_tariff
from ledger.usecases.publish_tariff import publish_tariff
from ledger.wiring import NAME, Wiring
from refettorio_chassis import mongo
from refettorio_chassis.clock import SystemClock
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.process import ensure_database, foundation
from refettorio_chassis.relay import LEASE_SECONDS
from refettorio_chassis.testing import eventually
from refettorio_chassis.transaction import Transaction
from refettorio_contracts.topics import MEALS, Topic
from refettorio_local.addresses import HOST, free_ports
from refettorio_local.probes import answers_http
from refettorio_local.program import Program
from tests.resilience.canteen import FIRST_DAY, TARIFF, Telling, assignments
from tests.support.platform import RunningPlatform

PRICE_CENTS: Final = 510
AWAY: Final = (mongo.MongoFault, KafkaError, OSError, TimeoutError)
"""How a server that is away shows itself to whoever asks."""
CHUNK: Final = 50
PATIENCE_SECONDS: Final = 120
READY_SECONDS: Final = 150
"""After a kill a consumer is taken in only when its group has given up the dead one (30 s)."""


class Besieged:
    """A ledger whose relay and consumers are processes of the platform, called as `run_role` was told."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.platform = platform
        self.bootstrap = platform.addresses.kafka_bootstrap
        self.environment = platform._platform.environment_of(NAME) | {
            "REFETTORIO_PRICE_GRACE_SECONDS": "0",
            "OTEL_TRACES_EXPORTER": "none",  # nobody collects here
        }
        settings = Settings.model_validate(self.environment)
        self.group = f"{settings.group_prefix}{NAME}.meals"
        self.wiring = Wiring(foundation(NAME, settings, SystemClock()), settings)

    @property
    def database(self) -> mongo.Database:
        return self.wiring.base.database

    async def run_role(self, role: str, *, called: str) -> None:
        """Start `python -m ledger <role>`; returns when it is ready."""
        port = str(free_ports().ledger)
        program = Program(
            name=called,
            command=(sys.executable, "-m", NAME, role),
            environment=self.environment | {"REFETTORIO_HTTP_PORT": port},
            ready=answers_http(f"http://{HOST}:{port}/health/ready"),
            start_seconds=READY_SECONDS,
            log_path=self.platform.data_dir / "logs" / f"{called}.log",
        )
        starting = asyncio.run_coroutine_threadsafe(self.platform._platform._start(program), self.platform._loop)
        await asyncio.wrap_future(starting)

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Run `python -m ledger …` to its end; exit code and output."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", NAME, *arguments),
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        return process.returncode or 0, out.decode()

    async def know_prices(self) -> None:
        """One tariff, and that every pupil of the canteen pays by it."""
        version = TariffVersion(
            code=TARIFF,
            version="2025-26",
            service="meals",
            valid_from=FIRST_DAY,
            price_cents=PRICE_CENTS,
            resolution="D.G.C. 58/2025",
        )
        await self.wiring.run(publish_tariff, version)

        async def assign(transaction: Transaction) -> None:
            ports = self.wiring.run.within(transaction)
            for assignment in assignments():
                await assign_tariff(ports, assignment)

        await self.wiring.base.transactions.run(assign, name="assign")

    async def publish(self, tellings: Sequence[Telling]) -> None:
        """As a relay does: in order, and again from where Kafka did not confirm."""
        rest = list(tellings)

        async def is_sent() -> bool:
            producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, enable_idempotence=True)
            try:
                await producer.start()
                while rest:
                    sent = [await producer.send(MEALS.name, each.value, key=each.key) for each in rest[:CHUNK]]
                    await asyncio.gather(*sent)
                    del rest[:CHUNK]
            finally:
                await producer.stop()
            return True

        await until(is_sent, "end of publishing")

    async def postings(self) -> int:
        return await self.database["journal"].estimated_document_count()

    async def hold_back_the_relay(self) -> None:
        """Take its lease, so that what is announced piles up while its connections live on."""
        until = datetime.now(UTC) + timedelta(hours=1)
        lease = {"holder": "a besieger", "until": until}
        await self.database["leases"].find_one_and_update({"_id": "relay"}, {"$set": lease}, upsert=True)
        await asyncio.sleep(LEASE_SECONDS)  # it asks again half-way

    async def let_the_relay_go(self) -> None:
        await self.database["leases"].delete_one({"_id": "relay"})

    async def log(self, topic: Topic) -> list[ConsumerRecord]:
        """Everything on a topic, by partition and offset."""
        async with looking(self.bootstrap) as consumer:
            last = await ends(consumer, topic)
            consumer.assign(list(last))
            await consumer.seek_to_beginning(*last)
            found: list[ConsumerRecord] = []
            while any([await consumer.position(partition) < end for partition, end in last.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found.extend(records)
            return sorted(found, key=lambda record: (record.partition, record.offset))

    async def is_committed(self) -> bool:
        """Whether the group has said of every record that it is done with it."""
        async with looking(self.bootstrap) as consumer:
            last = await ends(consumer, MEALS)
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await admin.start()
            committed = await admin.list_consumer_group_offsets(self.group)
        finally:
            await admin.close()
        return all(end == 0 or ((at := committed.get(place)) and at.offset == end) for place, end in last.items())

    async def leave(self) -> None:
        await self.wiring.close()


@asynccontextmanager
async def besieged_on(platform: RunningPlatform) -> AsyncIterator[Besieged]:
    """A ledger with its prices, no process yet."""
    await create_topics(platform.addresses.kafka_bootstrap)
    besieged = Besieged(platform)
    try:
        await ensure_database(besieged.wiring.service())
        await besieged.know_prices()
        yield besieged
    finally:
        await besieged.leave()


async def until(condition: Callable[[], Awaitable[Any]], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for `condition`; a server that is away only means *not yet*."""

    async def asked() -> Any:
        with suppress(*AWAY):
            return await condition()

    await eventually(asked, within_seconds=seconds, what=what)


@asynccontextmanager
async def looking(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of no group."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def ends(consumer: AIOKafkaConsumer, topic: Topic) -> dict[TopicPartition, int]:
    """How far each partition of a topic is."""
    metadata = await consumer._client.fetch_all_metadata()
    numbers = sorted(metadata.partitions_for_topic(topic.name) or ())
    found: dict[TopicPartition, int] = await consumer.end_offsets(
        [TopicPartition(topic.name, each) for each in numbers]
    )
    return found
