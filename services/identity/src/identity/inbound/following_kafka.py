"""The role `kafka-access`: the broker does as the database says, however often either of them stops on the way.

What is wanted was written down in the transaction of the decision. Telling the broker is idempotent and marked
afterwards, so a crash between the two tells it again. Every ten minutes everything is told again, in case somebody
changed the broker by hand.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from identity.domain.kafka_access import PASSWORD_LOST, KafkaAccess
from identity.domain.machine_client import MachineClient
from identity.usecases.follow_in_kafka import mark_kafka_access_applied, withdraw_expired_clients
from identity.usecases.machine_ports import Sealing
from identity.usecases.ports import Ports
from refettorio_chassis.clock import Clock
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.transaction import Runner

LOOK_EVERY_SECONDS: Final = 1.0
TELL_AGAIN_SECONDS: Final = 600.0
LONGEST_PAUSE_SECONDS: Final = 60.0

log = structlog.get_logger(__name__)


class Broker(Protocol):
    """Kafka, as an administrator sees it."""

    async def apply(self, access: KafkaAccess, password: str | None) -> bool:
        """Make it so; whether the user has a password then. Doing it again changes nothing. Raises `RetryLater`."""
        ...


class Reading(Protocol):
    """What the role reads."""

    async def kafka_accesses(self) -> Sequence[KafkaAccess]: ...
    async def pending_kafka_accesses(self) -> Sequence[KafkaAccess]: ...
    async def expired_machine_clients(self, now: datetime) -> Sequence[MachineClient]:
        """Those that still have credentials."""
        ...


def kafka_follower(
    run: Runner[Ports], reading: Reading, broker: Broker, sealing: Sealing, clock: Clock
) -> Callable[[asyncio.Event], Coroutine[Any, Any, None]]:
    """The role, to be run beside the others. One process is enough; two do the same work twice, and no harm."""

    async def follow(stop: asyncio.Event) -> None:
        pause, told_all_at = LOOK_EVERY_SECONDS, float("-inf")
        while not stop.is_set():
            is_time = time.monotonic() - told_all_at >= TELL_AGAIN_SECONDS
            try:
                if await reading.expired_machine_clients(clock.now()):  # a look is cheaper than a transaction
                    await run(withdraw_expired_clients)
                todo = await (reading.kafka_accesses() if is_time else reading.pending_kafka_accesses())
                for access in todo:
                    await follow_one(run, broker, sealing, access)
                pause, told_all_at = LOOK_EVERY_SECONDS, time.monotonic() if is_time else told_all_at
            except (RetryLater, MongoFault) as fault:
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                log.warning("kafka access put off", fault=type(fault).__name__, why=str(fault), pause_seconds=pause)
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                continue

    return follow


async def follow_one(run: Runner[Ports], broker: Broker, sealing: Sealing, access: KafkaAccess) -> None:
    """Tell the broker about one user, then mark it told. Raises `RetryLater`, and nothing is marked."""
    password = sealing.opened(access.sealed_password) if access.sealed_password else None
    has_password = await broker.apply(access, password)
    fault = PASSWORD_LOST if access.is_wanted and not has_password else ""
    if access.is_applied and access.fault == fault:
        return
    await run(mark_kafka_access_applied, user=access.user, revision=access.revision, fault=fault)
    log.info("kafka access applied", user=access.user, is_wanted=access.is_wanted, fault=fault)
