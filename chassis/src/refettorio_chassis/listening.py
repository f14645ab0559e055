"""FastStream subscribers of a service: raw bytes in, batches out, offsets committed after the effect.

Source of the settings: measured behaviour of FastStream 0.7 and aiokafka 0.14 (docs/decisions/0007-consuming.md).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from prometheus_client import Gauge

from refettorio_chassis.arriving import by_partition
from refettorio_chassis.consuming import Intake, Subscription
from refettorio_chassis.transaction import Transactions

SESSION_TIMEOUT_MS: Final = 30_000
HEARTBEAT_MS: Final = 3_000
POLL_MS: Final = 200
STOP_SECONDS: Final = 30
"""How long a stopping process waits for its batch. Zero would mean not at all (FastStream)."""
WATCH_SECONDS: Final = 5.0
ASK_SECONDS: Final = 10.0
STUCK_SECONDS: Final = 180.0
"""Records are there, nothing moves and nobody waits for the database: the consumer is lost (aiokafka #847, #1187), or
its handler hangs. Longer than the two minutes for which the driver may repeat a transaction by itself."""

log = structlog.get_logger(__name__)
LAG = Gauge("refettorio_consumer_lag_records", "Records not yet taken in", ["subscription", "topic", "partition"])


class ConsumerStuckError(RuntimeError):
    """Records wait, the consumer does not move: only a new process helps."""


class Listening(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """One subscription on one broker connection."""

    def __init__(
        self,
        broker: KafkaBroker,
        intake: Intake,
        *,
        group_prefix: str,
        service: str,
        stuck_seconds: float = STUCK_SECONDS,
    ) -> None:
        self.intake = intake
        self._stuck_seconds = stuck_seconds
        self._is_member = False
        self._busy = asyncio.Lock()
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        subscription = intake.subscription
        self._turns = asyncio.Semaphore(subscription.at_once)
        self.subscriber = broker.subscriber(
            *[topic.name for topic in subscription.topics],
            group_id=f"{group_prefix}{service}.{subscription.name}",
            batch=True,
            max_records=subscription.max_records * subscription.at_once,
            batch_timeout_ms=POLL_MS,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=60_000,
            partition_assignment_strategy=[StickyPartitionAssignor],
            listener=self,
            parser=self._parse,
            decoder=_as_it_came,
        )
        self.subscriber(self._on_records)
        self._moved_at = time.monotonic()
        self._last_positions: dict[TopicPartition, int] = {}

    async def _parse(self, records: tuple[ConsumerRecord, ...], _original: Any) -> KafkaAckableMessage:
        """A message around the raw records; FastStream's own parser would lose a batch to one odd header."""
        return KafkaAckableMessage(body=records, raw_message=records, consumer=self.subscriber.consumer)

    async def _on_records(self, records: Sequence[ConsumerRecord]) -> None:
        groups = by_partition(records)
        async with self._busy:
            if self._failure.done():
                await asyncio.sleep(POLL_MS / 1000)
                raise NackMessage
            endings = await asyncio.gather(*map(self._take_partition, groups.values()), return_exceptions=True)
            for failure in endings:
                if failure is not None:
                    self._failure.set_exception(failure)
                    # Not StopConsume: it would cancel the very task that closes the connection, and stay in the group.
                    raise NackMessage from failure
            await _commit(self.subscriber.consumer, groups)
        self._moved_at = time.monotonic()

    async def _take_partition(self, records: Sequence[ConsumerRecord]) -> None:
        """One transaction after the other; at most `at_once` partitions at a time."""
        largest = self.intake.subscription.max_records
        async with self._turns:
            for start in range(0, len(records), largest):
                await self.intake.take(records[start : start + largest])

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Let the batch in hand commit before somebody else gets its partitions."""
        self._is_member = False
        if revoked:
            async with self._busy:
                log.info("partitions given back", subscription=self.intake.subscription.name, number=len(revoked))

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        self._is_member = True
        self._moved_at = time.monotonic()
        log.info("partitions assigned", subscription=self.intake.subscription.name, number=len(assigned))

    def is_member(self) -> bool:
        """Whether the group has us, with partitions or (more of us than partitions) in reserve."""
        return self._is_member

    async def watch(self) -> None:
        """Raise when consuming has failed, or stands still although records wait and the database answers."""
        while True:
            done, _ = await asyncio.wait({self._failure}, timeout=min(WATCH_SECONDS, self._stuck_seconds))
            if done:
                self._failure.result()
            await self._look()

    async def _look(self) -> None:
        try:
            lag, positions = await self._lag_and_positions()
        except (KafkaError, TimeoutError) as fault:
            log.warning("the broker does not tell how far its topics are", fault=type(fault).__name__)
            self._moved_at = time.monotonic()
            return
        has_to_do = lag or self._busy.locked() or not self._is_member
        if positions != self._last_positions or not has_to_do or self.intake.waiting_because:
            self._moved_at = time.monotonic()
        self._last_positions = positions
        moved_at = max(self._moved_at, self.intake.progressed_at)
        if time.monotonic() - moved_at > self._stuck_seconds:
            name = self.intake.subscription.name
            where = f"{lag} records wait" if self._is_member else "it is not in its group"
            message = f"{name}: {where} and nothing has moved for {self._stuck_seconds:.0f} s"
            raise ConsumerStuckError(message)

    async def _lag_and_positions(self) -> tuple[int, dict[TopicPartition, int]]:
        """Records behind the end of their topics, as the broker tells it: our own fetching may be what is broken."""
        consumer = self.subscriber.consumer
        if consumer is None or not consumer.assignment():
            return 0, {}
        async with asyncio.timeout(ASK_SECONDS):
            ends = await consumer.end_offsets(list(consumer.assignment()))
        positions: dict[TopicPartition, int] = {}
        lag = 0
        assignment = consumer._subscription.subscription.assignment  # noqa: SLF001 - position() waits for ever for a partition that was just given away
        for partition in assignment.tps if assignment else ():
            state = assignment.state_value(partition)
            if partition in ends and state.has_valid_position:
                positions[partition] = state.position
                behind = max(0, ends[partition] - state.position)
                LAG.labels(self.intake.subscription.name, partition.topic, partition.partition).set(behind)
                lag += behind
        return lag, positions


async def _as_it_came(message: KafkaAckableMessage) -> tuple[ConsumerRecord, ...]:
    """The raw records: `read()` in consuming.py is the only decoder."""
    return message.raw_message


async def _commit(consumer: Any, groups: dict[TopicPartition, list[ConsumerRecord]]) -> None:
    """Tell the group how far we are. A refused commit is no loss: what comes again is recognised."""
    try:
        await consumer.commit({partition: records[-1].offset + 1 for partition, records in groups.items()})
    except KafkaError as fault:
        log.warning("offsets not committed, the records will come again", fault=type(fault).__name__)


class Consumer:
    """All subscriptions of one service in this process."""

    def __init__(
        self, *, bootstrap_servers: str, service: str, group_prefix: str, stuck_seconds: float = STUCK_SECONDS
    ) -> None:
        # FastStream's words through our JSON lines, and only when something is wrong (a commit that failed).
        logger = logging.getLogger("refettorio.faststream")
        logger.setLevel(logging.ERROR)
        self._broker = KafkaBroker(
            bootstrap_servers,
            client_id=f"refettorio-{service}",
            apply_types=False,
            allow_auto_create_topics=False,
            graceful_timeout=STOP_SECONDS,
            log_level=logging.DEBUG,
            logger=logger,
        )
        self._service = service
        self._group_prefix = group_prefix
        self._stuck_seconds = stuck_seconds
        self.listenings: list[Listening] = []

    def add(self, subscription: Subscription, transactions: Transactions) -> Listening:
        """Declare one subscription; consuming begins with `run`."""
        intake = Intake(subscription, transactions, service=self._service)
        listening = Listening(
            self._broker,
            intake,
            group_prefix=self._group_prefix,
            service=self._service,
            stuck_seconds=self._stuck_seconds,
        )
        self.listenings.append(listening)
        return listening

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop`; raises what made consuming impossible."""
        await self._broker.start()
        watches = [asyncio.create_task(listening.watch()) for listening in self.listenings]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait({stopping, *watches}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            for task in (stopping, *watches):
                task.cancel()
            await self._broker.stop()
