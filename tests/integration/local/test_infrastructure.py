"""The platform's own MongoDB and Kafka really are what the services need."""

from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from tests.support.platform import RunningPlatform


async def test_mongodb_commits_transactions_and_streams_changes(
    infrastructure: RunningPlatform,
) -> None:
    url = infrastructure.addresses.mongodb_url
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        marks = client["local_test"]["marks"]
        await marks.drop()
        async with await marks.watch() as changes, client.start_session() as session:
            async with await session.start_transaction():
                await marks.insert_one({"pupil": "pup_1"}, session=session)
            change = await changes.next()
    assert change["fullDocument"]["pupil"] == "pup_1"


async def test_kafka_keeps_what_an_idempotent_producer_sends(
    infrastructure: RunningPlatform,
) -> None:
    bootstrap = infrastructure.addresses.kafka_bootstrap
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("local-test", 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all") as producer:
        await producer.send_and_wait("local-test", b"un pasto", key=b"gua_1")
    async with AIOKafkaConsumer(
        "local-test", bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id="local"
    ) as consumer:
        record = await consumer.getone()
    assert (record.key, record.value) == (b"gua_1", b"un pasto")
