"""Who listens to what: declared so that nothing is lost, and nothing told to nobody."""

import asyncio
from collections.abc import Sequence

import pytest
from faststream import AckPolicy

from refettorio_chassis.consuming import Subscription
from refettorio_chassis.listening import Consumer
from refettorio_contracts.topics import CATALOGUE, DEAD_LETTERS, DELIVERIES
from tests.architecture.tree import SERVICES
from tests.architecture.wired import wired

FOR_THE_RECORD = {DELIVERIES.name}
"""Told to nobody yet: kept so that what was sent to whom can be shown for as long as the topic keeps it."""


@pytest.fixture
async def subscriptions(process_environment: None) -> dict[str, Sequence[Subscription]]:
    found: dict[str, Sequence[Subscription]] = {}
    for name in SERVICES:
        async with wired(name) as service:
            found[name] = tuple(service.subscriptions)
    return found


@pytest.mark.usefixtures("process_environment")
@pytest.mark.parametrize("name", SERVICES)
async def test_every_subscriber_has_a_group_begins_at_the_beginning_and_never_acknowledges_a_failure(name: str) -> None:
    async with wired(name) as service:
        consumer = Consumer(bootstrap_servers="127.0.0.1:1", service=name, group_prefix="refettorio.")
        for subscription in service.subscriptions:
            subscriber = consumer.add(subscription, service.foundation.transactions).subscriber
            assert subscriber.group_id == f"refettorio.{name}.{subscription.name}"
            assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
            assert subscriber._connection_args["auto_offset_reset"] == "earliest"
            assert subscriber._connection_args["enable_auto_commit"] is False
        for listening in consumer.listenings:
            listening._failure.cancel()
    await asyncio.sleep(0)


async def test_no_two_subscriptions_of_a_service_share_a_group(
    subscriptions: dict[str, Sequence[Subscription]],
) -> None:
    for service, each in subscriptions.items():
        names = [subscription.name for subscription in each]
        assert len(names) == len(set(names)), service


async def test_services_listen_to_topics_of_the_catalogue_and_to_none_of_the_dead(
    subscriptions: dict[str, Sequence[Subscription]],
) -> None:
    for each in subscriptions.values():
        for subscription in each:
            assert set(subscription.topics) <= set(CATALOGUE) - set(DEAD_LETTERS.values())


async def test_every_topic_is_for_a_service_or_for_the_municipality(
    subscriptions: dict[str, Sequence[Subscription]],
) -> None:
    heard = {topic.name for each in subscriptions.values() for subscription in each for topic in subscription.topics}
    unheard = {
        topic.name
        for topic in CATALOGUE
        if topic.audience == "internal" and topic.name not in heard and topic not in DEAD_LETTERS.values()
    }
    assert unheard == FOR_THE_RECORD


async def test_what_must_keep_its_order_parks_behind(subscriptions: dict[str, Sequence[Subscription]]) -> None:
    meals = [
        each for each in subscriptions["ledger"] if "refettorio.attendance.meals.v1" in {t.name for t in each.topics}
    ]
    assert meals
    assert all(subscription.parks_behind for subscription in meals)
