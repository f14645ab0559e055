"""One test's own stage: a database, a consumer group, topics that nobody else reads, and what happened on them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from refettorio_chassis import mongo
from refettorio_chassis.clock import SystemClock
from refettorio_chassis.consuming import OnBatch, Received, Subscription, one_by_one
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.listening import Consumer
from refettorio_chassis.process import Foundation, Service, ensure_database
from refettorio_chassis.relay import Relay
from refettorio_chassis.settings import ServiceSettings
from refettorio_chassis.testing import envelope_of
from refettorio_chassis.transaction import Transaction, Transactions
from refettorio_contracts.attendance import MealServed
from refettorio_contracts.topics import Topic

SERVICE = "ledger"
"""The test service goes by a name of the catalogue: it has a dead-letter topic."""

Headers = Sequence[tuple[str, bytes | None]]


def meal(number: int, account: str = "gua_1") -> MealServed:
    """One lunch of an invented pupil."""
    return MealServed(
        meal_id=f"pup_{account}.2025-10-06.{number}",
        account_id=account,
        pupil_id=f"pup_{account}",
        day=date(2025, 10, 6),
        school_id="primaria",
        class_id="primaria-1a",
        marked_at=datetime(2025, 10, 6, 9, 5, tzinfo=UTC),
    )


async def count_meal(transaction: Transaction, received: Received) -> None:
    """The effect under test: a meal leaves one row, with the order in which its account saw it."""
    event = received.event
    assert isinstance(event, MealServed)
    journal = transaction.collection("journal")
    place = await journal.count_documents({"account": event.account_id})
    await journal.insert_one({"_id": event.meal_id, "account": event.account_id, "place": place})


@dataclass(kw_only=True)
class Stage:
    """What a test plays on."""

    foundation: Foundation
    topic: Topic
    name: str
    tasks: list[tuple[asyncio.Event, asyncio.Task[None]]] = field(default_factory=list)

    @property
    def bootstrap(self) -> str:
        return self.foundation.settings.kafka_bootstrap_servers

    @property
    def database(self) -> mongo.Database:
        return self.foundation.database

    def subscription(self, on_batch: OnBatch = one_by_one(count_meal), **more: Any) -> Subscription:  # noqa: B008
        return Subscription(name=f"{self.name}-meals", topics=[self.topic], on_batch=on_batch, **more)

    def service(self, subscription: Subscription) -> Service:
        return Service(name=SERVICE, foundation=self.foundation, subscriptions=[subscription])

    def consumer(self, subscription: Subscription, **more: Any) -> Consumer:
        consumer = Consumer(bootstrap_servers=self.bootstrap, service=SERVICE, group_prefix="test.", **more)
        consumer.add(subscription, self.foundation.transactions)
        return consumer

    def relay(self, **more: Any) -> Relay:
        return Relay(self.foundation.client, self.database, bootstrap_servers=self.bootstrap, service=SERVICE, **more)

    def run(self, role: Callable[[asyncio.Event], Awaitable[None]]) -> tuple[asyncio.Event, asyncio.Task[None]]:
        """Start a role; it is stopped at the end of the test, or by setting the event."""
        stop = asyncio.Event()

        async def running() -> None:
            await role(stop)

        self.tasks.append((stop, asyncio.create_task(running())))
        return self.tasks[-1]

    async def leave(self) -> None:
        for stop, _ in self.tasks:
            stop.set()
        for _, task in self.tasks:
            with suppress(BaseException):
                await asyncio.wait_for(task, 40)
        await mongo.close(self.foundation.client)
        client = mongo.connect(self.foundation.settings.mongodb_url)  # a process under test closes its own
        await client.drop_database(self.database.name)
        await mongo.close(client)

    async def journal(self, **where: Any) -> list[dict[str, Any]]:
        return await self.foundation.transactions.view.collection("journal").find(where, sort=[("_id", 1)])

    async def set_aside(self, **where: Any) -> list[dict[str, Any]]:
        return await self.foundation.transactions.view.collection("set_aside").find(where, sort=[("offset", 1)])

    async def counted(self, collection: str) -> int:
        return await self.database[collection].count_documents({})

    async def send(self, *events: MealServed, partition: int | None = None, headers: Headers = ()) -> list[str]:
        """Publish as another service's relay would; returns the event ids."""
        envelopes = [envelope_of(event) for event in events]
        await self.send_raw(
            *[(each.data.partition_key.encode(), each.to_bytes()) for each in envelopes],
            partition=partition,
            headers=headers,
        )
        return [envelope.id for envelope in envelopes]

    async def send_raw(
        self, *records: tuple[bytes | None, bytes | None], partition: int | None = None, headers: Headers = ()
    ) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap, enable_idempotence=True) as producer:
            futures = [
                await producer.send(self.topic.name, key=key, value=value, partition=partition, headers=headers)
                for key, value in records
            ]
            await asyncio.gather(*futures)

    async def records(self, topic: str | None = None) -> list[ConsumerRecord]:
        """Everything on a topic, up to its present end, partition by partition."""
        name = topic or self.topic.name
        async with AIOKafkaConsumer(name, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest") as consumer:
            partitions = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name) or ()]
            ends = await consumer.end_offsets(partitions)
            found: list[ConsumerRecord] = []
            while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found.extend(records)
            return sorted(found, key=lambda record: (record.partition, record.offset))

    async def committed(self, consumer: Consumer) -> int:
        """How many records the group says it is done with."""
        inner = consumer.listenings[0].subscriber.consumer
        if inner is None:
            return 0
        marks = [await inner.committed(partition) for partition in inner.assignment()]
        return sum(mark or 0 for mark in marks)


@asynccontextmanager
async def stage_on(mongodb_url: str, bootstrap: str, *, partitions: int = 3) -> AsyncIterator[Stage]:
    """A fresh stage on running servers; nothing of it is left."""
    name = f"t{uuid4().hex[:10]}"
    topic = Topic(
        name=f"test.{name}", key="account", audience="internal", owner=SERVICE, description="", partitions=partitions
    )
    await create_topics(bootstrap)
    await create_topics(bootstrap, topics=[topic])
    settings = ServiceSettings(
        mongodb_url=mongodb_url,
        kafka_bootstrap_servers=bootstrap,
        jwks_url="http://127.0.0.1:1/unused",
        public_url="http://127.0.0.1:1",
        database_prefix=f"{name}_",
    )
    client = mongo.connect(settings.mongodb_url)
    database = client[settings.database_prefix + SERVICE]
    clock = SystemClock()
    transactions = Transactions(client, database, source=settings.source(SERVICE), clock=clock)
    base = Foundation(settings=settings, clock=clock, client=client, database=database, transactions=transactions)
    stage = Stage(foundation=base, topic=topic, name=name)
    await ensure_database(Service(name=SERVICE, foundation=base, collections=["journal"]))
    try:
        yield stage
    finally:
        await stage.leave()
