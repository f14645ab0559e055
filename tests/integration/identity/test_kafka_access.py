"""What a machine client may read on a real broker: its topics in its groups, and nothing else, until it is revoked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from identity.domain.kafka_access import KafkaAccess
from identity.outbound.kafka_broker import KafkaBroker, rights
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.identifiers import new_id
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.testing import eventually
from refettorio_contracts.topics import Topic
from tests.support.platform import RunningPlatform

SECRET = "r" + "7" * 64
RECORD = b"{}"


def _topic(name: str, audience: Literal["internal", "municipal"]) -> Topic:
    """One that no other test reads or writes."""
    return Topic(
        name=f"test.{name}.{uuid4().hex[:10]}",
        key="school",
        audience=audience,
        owner="identity",
        description="",
        partitions=1,
    )


GRANTED, OTHER, INTERNAL = _topic("granted", "municipal"), _topic("other", "municipal"), _topic("internal", "internal")


@pytest.fixture(scope="module")
async def broker(infrastructure: RunningPlatform) -> KafkaBroker:
    bootstrap = infrastructure.addresses.kafka_bootstrap
    await create_topics(bootstrap, topics=[GRANTED, OTHER, INTERNAL])
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for topic in (GRANTED, INTERNAL):
            await producer.send_and_wait(topic.name, RECORD, key=b"k")
    return KafkaBroker(bootstrap)


@pytest.fixture
async def access(broker: KafkaBroker) -> AsyncIterator[KafkaAccess]:
    """A user that may read one topic, known to the broker."""
    client_id = new_id("mac")
    made = KafkaAccess(
        user=new_id("mcr"), client_id=client_id, topics=frozenset({GRANTED.name}), group_prefix=f"{client_id}."
    )
    assert await broker.apply(made, SECRET)
    yield made
    await broker.apply(made.withdrawn(), None)


def signing_in(platform: RunningPlatform, user: str, password: str = SECRET) -> dict[str, Any]:
    return {
        "bootstrap_servers": platform.addresses.kafka_subscribers,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user,
        "sasl_plain_password": password,
    }


@asynccontextmanager
async def reading(
    platform: RunningPlatform, access: KafkaAccess, topic: str, *, group: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        topic,
        group_id=group or f"{access.group_prefix}cucina",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        **signing_in(platform, access.user),
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def first_record(platform: RunningPlatform, access: KafkaAccess, topic: str, **how: Any) -> bytes | None:
    async with reading(platform, access, topic, **how) as consumer:
        record = await asyncio.wait_for(consumer.getone(), 15)
        await consumer.commit()
        return record.value  # type: ignore[no-any-return]


async def refused(error: type[KafkaError], ask: Callable[[], Awaitable[object]]) -> bool:
    """Whether the broker says exactly this; rights take a moment to reach every part of it."""
    try:
        await ask()
    except error:
        return True
    except KafkaError:
        return False
    return False


async def test_a_granted_topic_is_read_and_its_offset_committed(
    infrastructure: RunningPlatform, access: KafkaAccess
) -> None:
    assert await first_record(infrastructure, access, GRANTED.name) == RECORD


@pytest.mark.parametrize("topic", [INTERNAL.name, OTHER.name], ids=["internal", "municipal, not granted"])
async def test_another_topic_is_refused(infrastructure: RunningPlatform, access: KafkaAccess, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await first_record(infrastructure, access, topic)


@pytest.mark.parametrize("group", ["refettorio.ledger.meals", "mac_", "{client}"])
async def test_the_group_of_somebody_else_is_refused(
    infrastructure: RunningPlatform, access: KafkaAccess, group: str
) -> None:
    foreign = group.format(client=access.client_id)  # without the dot it could be the beginning of another's
    with pytest.raises(GroupAuthorizationFailedError):
        await first_record(infrastructure, access, GRANTED.name, group=foreign)


async def test_nothing_can_be_written(infrastructure: RunningPlatform, access: KafkaAccess) -> None:
    async with AIOKafkaProducer(**signing_in(infrastructure, access.user)) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(GRANTED.name, b"un pasto inventato")


@pytest.mark.parametrize("password", ["", "r" + "8" * 64])
async def test_a_wrong_password_opens_nothing(
    infrastructure: RunningPlatform, access: KafkaAccess, password: str
) -> None:
    producer = AIOKafkaProducer(**signing_in(infrastructure, access.user, password))
    with pytest.raises(KafkaConnectionError):
        await producer.start()
    await producer.stop()


async def test_a_stranger_cannot_speak_on_the_listener_of_others(infrastructure: RunningPlatform) -> None:
    address = infrastructure.addresses.kafka_subscribers
    producer = AIOKafkaProducer(bootstrap_servers=address, request_timeout_ms=3000)
    with pytest.raises(KafkaConnectionError):
        await producer.start()
    await producer.stop()


async def test_a_revoked_client_is_refused_also_on_the_connection_it_has(
    infrastructure: RunningPlatform, access: KafkaAccess, broker: KafkaBroker
) -> None:
    async with reading(infrastructure, access, GRANTED.name) as consumer:
        await consumer.getone()
        assert not await broker.apply(access.withdrawn(), None)

        async def is_shut_out() -> bool:
            return await refused(TopicAuthorizationFailedError, lambda: consumer.getmany(timeout_ms=300))

        await eventually(is_shut_out, what="the end of its rights")
    with pytest.raises(KafkaConnectionError):
        await first_record(infrastructure, access, GRANTED.name)


async def test_two_users_of_a_client_take_turns_in_its_groups(
    infrastructure: RunningPlatform, access: KafkaAccess, broker: KafkaBroker
) -> None:
    """A new password beside the old one: the group goes on where the old user left it."""
    newer = replace(access, user=new_id("mcr"))
    assert await broker.apply(newer, SECRET)
    assert await first_record(infrastructure, access, GRANTED.name) == RECORD
    async with reading(infrastructure, newer, GRANTED.name) as consumer:
        await broker.apply(access.withdrawn(), None)
        assert await consumer.getmany(timeout_ms=500) == {}
        assert sum([await consumer.committed(each) or 0 for each in consumer.assignment()]) == 1
    await broker.apply(newer.withdrawn(), None)


async def test_telling_the_broker_again_changes_nothing_and_undoes_what_a_hand_changed(
    infrastructure: RunningPlatform, access: KafkaAccess, broker: KafkaBroker
) -> None:
    wider = replace(access, topics=frozenset({GRANTED.name, OTHER.name}))
    await broker.apply(wider, None)
    for _ in range(2):
        assert await broker.apply(access, None)
        assert set(await broker._rights_of(access.user)) == set(rights(access))
    assert await first_record(infrastructure, access, GRANTED.name) == RECORD


async def test_a_user_whose_password_the_broker_lost_is_noticed(access: KafkaAccess, broker: KafkaBroker) -> None:
    await broker._forget(access.user)
    assert not await broker.apply(access, None)
    await broker._forget(access.user)


async def test_a_broker_that_is_away_is_waited_for(access: KafkaAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.outbound.kafka_broker.WITHIN_SECONDS", 1.0)
    with pytest.raises(RetryLater):
        await asyncio.wait_for(KafkaBroker("127.0.0.1:1").apply(access, None), 30)
