"""The relay: the outbox of a service → Kafka. The only part that writes to Kafka.

One is active by lease; a change stream wakes it, the poll is the truth. An idempotent producer keeps each key in order.
A row sent twice (a crash between Kafka and the mark) carries the same `id`: whoever reads it knows it already.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge

from refettorio_chassis import mongo
from refettorio_chassis.mongo import Document
from refettorio_chassis.waking import Job

LEASE_SECONDS: Final = 10
TURN_ROWS: Final = 1000
"""Rows sent before their parcels are marked: what is sent again after a crash is no more than that and a parcel."""
READ_PARCELS: Final = 100
POLL_SECONDS: Final = 1.0
FAREWELL_SECONDS: Final = 10.0
KEEP_SENT: Final = timedelta(days=7)
"""Sent rows stay that long: a broker that loses its last seconds at a power cut can be told again from them."""
LINGER_MS: Final = 5
BATCH_BYTES: Final = 256 * 1024

log = structlog.get_logger(__name__)
tracer = trace.get_tracer(__name__)
SENT = Counter("refettorio_outbox_sent_total", "Outbox rows that Kafka has", ["service"])
AGE = Gauge("refettorio_outbox_age_seconds", "Age of the oldest row not yet sent", ["service"])


class DeadProducerError(RuntimeError):
    """The idempotent producer cannot heal itself (aiokafka #1017): only a new process can go on."""


class Relay:
    """Sends what the outbox holds, oldest first."""

    def __init__(self, client: mongo.Client, database: mongo.Database, *, bootstrap_servers: str, service: str) -> None:
        self._client = client
        self._outbox = database["outbox"]
        self._leases = database["leases"]
        self._bootstrap_servers = bootstrap_servers
        self._service = service
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{id(self)}"
        self._lease_until = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`. Raises DeadProducerError when Kafka refuses for good."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap_servers,
            client_id=f"refettorio-{self._service}-relay",
            acks="all",
            enable_idempotence=True,
            linger_ms=LINGER_MS,
            max_batch_size=BATCH_BYTES,
            compression_type="lz4",
        )
        await producer.start()
        sending = asyncio.create_task(self._until_stopped(producer, stop))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({sending, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({sending}, timeout=FAREWELL_SECONDS)
        finally:
            stopping.cancel()
            sending.cancel()  # a broker that is away would be waited for, for ever; what is unsent stays in the outbox
            await asyncio.gather(sending, return_exceptions=True)
            await self._give_up_lease()
            await _stopped(producer)
        if not sending.cancelled():
            sending.result()

    async def _until_stopped(self, producer: AIOKafkaProducer, stop: asyncio.Event) -> None:
        async def send(_stop: asyncio.Event) -> bool:
            return await self._has_lease() and await self._send_some(producer)

        job = Job("relay", send, poll_seconds=POLL_SECONDS)
        watcher = asyncio.create_task(self._wake_on_insert(job))
        try:
            await job.run(stop)
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)

    async def _send_some(self, producer: AIOKafkaProducer) -> bool:
        """Whether there was anything."""
        parcels = await self._oldest_unsent()
        AGE.labels(self._service).set((datetime.now(UTC) - parcels[0]["written_at"]).total_seconds() if parcels else 0)
        if not parcels:
            return False
        number = await self._send(producer, parcels)
        await self._outbox.update_many(
            {"_id": {"$in": [parcel["_id"] for parcel in parcels]}}, {"$set": {"sent_at": datetime.now(UTC)}}
        )
        SENT.labels(self._service).inc(number)
        return True

    async def _oldest_unsent(self) -> list[Document]:
        """Whole parcels, oldest first, until there are rows enough for one turn."""
        parcels: list[Document] = []
        rows = 0
        cursor = self._outbox.find({"sent_at": None}, batch_size=READ_PARCELS).sort([("_id", 1)]).limit(TURN_ROWS)
        async for parcel in cursor:
            parcels.append(parcel)
            rows += len(parcel["rows"])
            if rows >= TURN_ROWS:
                break
        await cursor.close()
        return parcels

    async def _send(self, producer: AIOKafkaProducer, parcels: Sequence[Document]) -> int:
        """All rows on their way at once, each to the partition of its key; then wait until Kafka has every one."""
        try:
            futures = [
                await producer.send(
                    row["topic"],
                    key=row["key"].encode(),
                    value=row["value"],
                    headers=_headers(row, parcel["written_at"]),
                )
                for parcel in parcels
                for row in parcel["rows"]
            ]
            await asyncio.gather(*futures)
        except KafkaError as fault:
            why = f"{type(fault).__name__}: {fault}"
            message = f"Kafka refuses what {self._service} sends ({why}); ending this process, nothing is lost"
            raise DeadProducerError(message) from fault
        return len(futures)

    async def _has_lease(self) -> bool:
        """Whether this relay is the active one; takes the lease when it is free and renews it half-way."""
        if time.monotonic() < self._lease_until - LEASE_SECONDS / 2:
            return True
        now = datetime.now(UTC)
        asked = time.monotonic()
        try:
            await self._leases.find_one_and_update(
                {"_id": "relay", "$or": [{"holder": self._holder}, {"until": {"$lt": now}}]},
                {"$set": {"holder": self._holder, "until": now + timedelta(seconds=LEASE_SECONDS)}},
                upsert=True,
            )
        except mongo.DuplicateKey:
            self._lease_until = 0.0
            return False
        self._lease_until = asked + LEASE_SECONDS
        return True

    async def _give_up_lease(self) -> None:
        try:
            await self._leases.delete_one({"_id": "relay", "holder": self._holder})
        except mongo.MongoFault:
            log.warning("lease not given back; it ends by itself", seconds=LEASE_SECONDS)

    async def _wake_on_insert(self, job: Job) -> None:
        while True:
            try:
                async with mongo.watch_inserts(self._outbox) as something_new:
                    while True:
                        if await something_new():
                            job.wake()
            except mongo.MongoFault as fault:
                log.info("change stream ended, the poll goes on", fault=type(fault).__name__)
                await asyncio.sleep(POLL_SECONDS)


async def ensure_outbox(database: mongo.Database) -> None:
    """The collection and its indexes: unsent parcels by age, sent ones forgotten after a while."""
    await database["outbox"].create_index([("sent_at", 1), ("_id", 1)])
    await database["outbox"].create_index(
        "sent_at", name="forget_sent", expireAfterSeconds=int(KEEP_SENT.total_seconds())
    )


async def outbox_age_seconds(database: mongo.Database) -> float:
    """Age of the oldest row that Kafka does not have; zero when there is none."""
    oldest = await database["outbox"].find_one({"sent_at": None}, {"written_at": 1}, sort=[("_id", 1)])
    return (datetime.now(UTC) - oldest["written_at"]).total_seconds() if oldest else 0.0


def _headers(row: Document, written_at: datetime) -> list[tuple[str, bytes]]:
    """The row's headers; a traced row gets a span of its own for the time it waited."""
    headers = dict(row["headers"])
    if "traceparent" in headers:
        span = tracer.start_span(
            f"send to {row['topic']}",
            context=propagate.extract(headers),
            kind=SpanKind.PRODUCER,
            start_time=int(written_at.timestamp() * 1e9),
            attributes={"messaging.system": "kafka", "messaging.destination.name": row["topic"]},
        )
        propagate.inject(headers, trace.set_span_in_context(span))
        span.end()
    return [(name, value.encode()) for name, value in headers.items()]


async def _stopped(producer: AIOKafkaProducer) -> None:
    try:
        await asyncio.wait_for(producer.stop(), timeout=FAREWELL_SECONDS)
    except TimeoutError:
        log.warning("Kafka did not take leave; what it has not confirmed will be sent again")
