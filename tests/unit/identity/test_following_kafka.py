"""The broker follows the database, wherever the process is killed on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import pytest

from identity.domain.kafka_access import PASSWORD_LOST, KafkaAccess
from identity.domain.machine_client import MachineClient
from identity.inbound import following_kafka
from identity.inbound.following_kafka import follow_one, kafka_follower
from identity.usecases.ports import Ports
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.transaction import Runner
from tests.support.identity_machine_scenarios import KITCHEN, READING
from tests.support.identity_memory import SEALING, Memory


class KilledError(Exception):
    """The process ended here."""


@dataclass
class Broker:
    """Remembers passwords and rights; fails when told to."""

    passwords: dict[str, str] = field(default_factory=dict)
    topics: dict[str, frozenset[str]] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)
    asked: int = 0

    async def apply(self, access: KafkaAccess, password: str | None) -> bool:
        self.asked += 1
        if not access.is_wanted:
            self.passwords.pop(access.user, None)
            self.topics.pop(access.user, None)
            return False
        if password is not None:
            self.passwords[access.user] = password
        if self.faults:
            raise self.faults.pop(0)
        self.topics[access.user] = access.topics
        return access.user in self.passwords


@dataclass
class Table:
    """What the role reads, and the runner it writes by; `is_killed` before the next mark."""

    memory: Memory
    is_killed: bool = False

    async def kafka_accesses(self) -> Sequence[KafkaAccess]:
        return await self.memory.kafka.every()

    async def pending_kafka_accesses(self) -> Sequence[KafkaAccess]:
        return await self.memory.kafka.pending()

    async def expired_machine_clients(self, now: datetime) -> Sequence[MachineClient]:
        return await self.memory.machines.expired_with_credentials(now)

    @property
    def runner(self) -> Runner[Ports]:
        async def run(usecase: Callable[..., Awaitable[Any]], **arguments: Any) -> Any:
            if self.is_killed and arguments:
                raise KilledError
            return await usecase(self.memory.ports, **arguments)

        return cast("Runner[Ports]", run)  # a runner is called, and that is all the role does with it


WAITING = KafkaAccess(
    user="mcr_2",
    client_id="mac_1",
    topics=READING.topics,
    group_prefix="mac_1.",
    sealed_password=SEALING.sealed("segreto"),
)


async def prepared() -> Table:
    memory = Memory()
    await memory.machines.keep(KITCHEN)
    await memory.kafka.keep(WAITING)
    return Table(memory)


async def told(table: Table, broker: Broker) -> None:
    for access in await table.pending_kafka_accesses():
        await follow_one(table.runner, broker, SEALING, access)


async def test_the_broker_learns_the_password_and_we_forget_it() -> None:
    table, broker = await prepared(), Broker()
    await told(table, broker)
    assert (broker.passwords, broker.topics) == ({"mcr_2": "segreto"}, {"mcr_2": READING.topics})
    assert table.memory.kafka.kept["mcr_2"].sealed_password is None
    assert list(await table.pending_kafka_accesses()) == []


@pytest.mark.parametrize("fault", [RetryLater("Kafka"), KilledError()], ids=["broker away", "killed"])
async def test_half_told_is_told_again(fault: Exception) -> None:
    table, broker = await prepared(), Broker(faults=[fault])
    with pytest.raises(type(fault)):
        await told(table, broker)
    assert len(await table.pending_kafka_accesses()) == 1
    await told(table, broker)
    assert broker.topics == {"mcr_2": READING.topics}


async def test_told_but_not_marked_is_told_again() -> None:
    table, broker = await prepared(), Broker()
    table.is_killed = True
    with pytest.raises(KilledError):
        await told(table, broker)
    table.is_killed = False
    await told(table, broker)
    assert broker.passwords == {"mcr_2": "segreto"}
    assert list(await table.pending_kafka_accesses()) == []


async def test_a_lost_password_is_noticed_and_a_new_user_is_needed() -> None:
    table, broker = await prepared(), Broker()
    await told(table, broker)
    broker.passwords.clear()
    [applied] = await table.kafka_accesses()
    await follow_one(table.runner, broker, SEALING, applied)
    assert table.memory.kafka.kept["mcr_2"].fault == PASSWORD_LOST


async def test_the_role_withdraws_what_expired_and_waits_for_a_broker_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following_kafka, "LOOK_EVERY_SECONDS", 0.001)
    table, broker, stop = await prepared(), Broker(faults=[RetryLater("Kafka")] * 3), asyncio.Event()
    role = asyncio.create_task(kafka_follower(table.runner, table, broker, SEALING, table.memory.clock)(stop))

    async def until_applied() -> None:
        while await table.pending_kafka_accesses() or broker.asked < 1:  # noqa: ASYNC110 - the role's own loop
            await asyncio.sleep(0.001)

    await asyncio.wait_for(until_applied(), 5)
    assert broker.topics == {"mcr_2": READING.topics}
    table.memory.clock.moment = KITCHEN.expires_at
    await asyncio.wait_for(_gone(broker), 5)
    stop.set()
    await asyncio.wait_for(role, 5)
    assert table.memory.machines.kept["mac_1"].credentials == ()


async def _gone(broker: Broker) -> None:
    while broker.topics:  # noqa: ASYNC110 - the role's own loop
        await asyncio.sleep(0.001)
