"""Everything the running system writes for others than the person it is about."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2 as httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pymongo import AsyncMongoClient

from refettorio_contracts.topics import Topic
from refettorio_local.addresses import SERVICES, SIMULATORS
from tests.support.platform import RunningPlatform

MOST_TRACES = 300
IDS_AT_ONCE = 100
NOBODYS_TRACE = "1".zfill(32)
"""Zipkin wants two identifiers at least."""
OWN_DATABASES = tuple(f"refettorio_{name}" for name in SERVICES)


def logs(system: RunningPlatform) -> Iterator[tuple[str, str]]:
    """What each process of ours wrote, by name: services, clients, gateway, MongoDB, Kafka, Zipkin.

    The simulators are the outside world: banks and providers keep what they keep.
    """
    for path in sorted((system.data_dir / "logs").glob("*.log")):
        if path.stem not in SIMULATORS:
            yield path.stem, path.read_text(errors="replace")


async def traces(system: RunningPlatform, ids: list[str]) -> list[dict[str, Any]]:
    """The spans of these traces, and of the latest of every service."""
    spans: list[dict[str, Any]] = []
    async with httpx.AsyncClient(base_url=f"{system.addresses.zipkin_url}/zipkin/api/v2", timeout=60) as zipkin:
        for start in range(0, len(ids), IDS_AT_ONCE):
            some = ",".join([*ids[start : start + IDS_AT_ONCE], NOBODYS_TRACE])
            found = await zipkin.get("/traceMany", params={"traceIds": some})
            spans += [span for trace in found.raise_for_status().json() for span in trace]
        for service in (await zipkin.get("/services")).json():
            found = await zipkin.get("/traces", params={"serviceName": service, "limit": MOST_TRACES})
            spans += [span for trace in found.raise_for_status().json() for span in trace]
    return spans


async def records(bootstrap: str, topic: Topic) -> list[ConsumerRecord]:
    """Every record of a topic, to its present end."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        found: list[ConsumerRecord] = []
        while any([await consumer.position(each) < ends[each] for each in partitions]):
            for some in (await consumer.getmany(timeout_ms=500)).values():
                found += some
        return found
    finally:
        await consumer.stop()


def shown(record: ConsumerRecord) -> list[bytes]:
    """What a subscriber sees of a record: key, value, headers."""
    return [record.key or b"", record.value or b"", *(part for _, part in record.headers)]


async def metrics(system: RunningPlatform) -> list[tuple[str, str]]:
    """What each process tells Prometheus."""
    async with httpx.AsyncClient(timeout=30) as client:
        asked = [(name, await client.get(f"{system.addresses.url(name)}/metrics")) for name in (*SERVICES, "clients")]
    return [(name, answer.raise_for_status().text) for name, answer in asked]


@asynccontextmanager
async def _client(system: RunningPlatform) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    async with AsyncMongoClient[dict[str, Any]](system.addresses.mongodb_url) as client:
        yield client


async def kept(system: RunningPlatform, collection: str) -> list[tuple[str, dict[str, Any]]]:
    """The documents of a collection that every service of ours has, with their database."""
    async with _client(system) as client:
        return [(name, document) for name in OWN_DATABASES async for document in client[name][collection].find({})]
