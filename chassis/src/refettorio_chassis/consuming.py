"""From Kafka to use cases, in batches: nothing lost, nothing twice, nothing skipped in silence.

Records are grouped by partition; each group is one transaction with its effect, its processed-markers, its outbox and
what had to be set aside; only then is the offset committed. What a rule refuses is set aside with its reason; what the
database cannot do now is waited for in place; too many refusals in a row stop the consumer, loudly.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge, Histogram

from refettorio_chassis import inbox, set_aside
from refettorio_chassis.errors import DomainError, RetryLater
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.outbox import current_cause
from refettorio_chassis.set_aside import Parked
from refettorio_chassis.transaction import Transaction, Transactions
from refettorio_contracts import Envelope, Event, MalformedEventError, UnknownTypeError, read
from refettorio_contracts.topics import Topic

REFUSALS_IN_A_ROW: Final = 100
"""More than these without one acceptance in between means that we are wrong, not they."""
FIRST_WAIT_SECONDS: Final = 0.2
LONGEST_WAIT_SECONDS: Final = 15.0
BUG_SLUG: Final = "errore-interno"

log = structlog.get_logger(__name__)
tracer = trace.get_tracer(__name__)
EVENTS = Counter("refettorio_events_consumed_total", "Events by what became of them", ["subscription", "outcome"])
BATCH_SECONDS = Histogram("refettorio_batch_seconds", "Time of one batch, commit included", ["subscription"])
EVENT_AGE_SECONDS = Gauge("refettorio_event_age_seconds", "Age of the newest event taken in", ["subscription"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An event as it arrived. `key` is whose events keep their order."""

    envelope: Envelope[Event]
    topic: str
    partition: int
    offset: int
    key: str
    timestamp_ms: int
    traceparent: str | None = None

    @property
    def event(self) -> Event:
        return self.envelope.data

    @property
    def event_id(self) -> str:
        return self.envelope.id

    @property
    def correlation_id(self) -> str:
        return self.envelope.correlationid


OnBatch = Callable[[Transaction, Sequence[Received]], Awaitable[None]]
"""Takes unseen events of one partition, in order, inside a transaction. Raises DomainError to refuse: the chassis then
offers them one by one, and parks the one that is refused alone."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What a service listens to. `name` is the end of the consumer group and never changes: offsets hang on it.

    `parks_behind`: later events of a key wait behind one that was refused, because their order matters.
    """

    name: str
    topics: Sequence[Topic]
    on_batch: OnBatch
    parks_behind: bool = False
    max_records: int = 500


class TooManyRefusalsError(RuntimeError):
    """So much was refused in a row that going on would empty the topic into the parking lot."""


def one_by_one(handler: Callable[[Transaction, Received], Awaitable[None]]) -> OnBatch:
    """For handlers that see one event at a time; each gets its own span and is the cause of what it announces."""

    async def on_batch(transaction: Transaction, batch: Sequence[Received]) -> None:
        for received in batch:
            token = current_cause.set(received)
            try:
                with span_of(received):
                    await handler(transaction, received)
            finally:
                current_cause.reset(token)

    return on_batch


def span_of(received: Received) -> AbstractContextManager[Any]:
    """A span that continues the trace of the event, where it has one; an untraced event costs nothing."""
    if received.traceparent is None:
        return nullcontext()
    return tracer.start_as_current_span(
        f"take in {received.envelope.type}",
        context=propagate.extract({"traceparent": received.traceparent}),
        kind=SpanKind.CONSUMER,
        attributes={
            "messaging.system": "kafka",
            "messaging.destination.name": received.topic,
            "messaging.kafka.offset": received.offset,
        },
    )


@dataclass
class _Sorted:
    """One group after reading: what can be offered to the service, and what cannot even be read."""

    readable: list[Received] = field(default_factory=list)
    unreadable: list[Parked] = field(default_factory=list)


class Intake:
    """Takes batches of one subscription into one service."""

    def __init__(self, subscription: Subscription, transactions: Transactions, *, service: str) -> None:
        self.subscription = subscription
        self._transactions = transactions
        self._service = service
        self._refused_in_a_row = 0
        self.waiting_because: str | None = None

    async def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Take in all of one partition's `records`; returns when their outcome is committed.

        Raises TooManyRefusalsError. Infrastructure faults are waited for, for ever, in place.
        """
        group = self._sorted(records)
        if not group.readable and not group.unreadable:
            return
        with BATCH_SECONDS.labels(self.subscription.name).time():
            try:
                await self._patiently(lambda tx: self._all_at_once(tx, group))
            except Exception as refusal:  # noqa: BLE001 - one bad event must not take the others with it
                if len(group.readable) > 1 or group.unreadable:
                    await self._each_alone(group)
                else:
                    await self._refuse(group.readable[0], refusal)
        EVENT_AGE_SECONDS.labels(self.subscription.name).set_to_current_time()

    async def _each_alone(self, group: _Sorted) -> None:
        """The same events one transaction each, so that only the guilty one is parked."""
        await self._patiently(lambda tx: self._park(tx, group.unreadable))
        for received in group.readable:
            alone = _Sorted(readable=[received])
            try:
                await self._patiently(functools.partial(self._all_at_once, group=alone))
            except Exception as refusal:  # noqa: BLE001 - parked with its reason, counted, and limited in number
                await self._refuse(received, refusal)

    async def _all_at_once(self, transaction: Transaction, group: _Sorted) -> None:
        fresh = await self._unseen(transaction, group.readable)
        allowed, behind = await self._split_by_blocked_key(transaction, fresh)
        if allowed:
            await self.subscription.on_batch(transaction, allowed)
        await inbox.mark_processed(transaction, self.subscription.name, [received.event_id for received in fresh])
        await self._park(transaction, [*group.unreadable, *behind])
        self._count(taken=len(allowed), known=len(group.readable) - len(fresh), parked=len(behind))

    async def _unseen(self, transaction: Transaction, readable: Sequence[Received]) -> list[Received]:
        by_id = {received.event_id: received for received in reversed(readable)}
        known = await inbox.already_processed(transaction, self.subscription.name, by_id)
        firsts = {id(received) for event_id, received in by_id.items() if event_id not in known}
        return [received for received in readable if id(received) in firsts]

    async def _split_by_blocked_key(
        self, transaction: Transaction, fresh: list[Received]
    ) -> tuple[list[Received], list[Parked]]:
        if not self.subscription.parks_behind or not fresh:
            return fresh, []
        keys = {received.key for received in fresh}
        blocked = await set_aside.blocked_keys(transaction, self.subscription.name, keys)
        if not blocked:
            return fresh, []
        behind = [
            self._parked(received, "in-coda", "waits behind an earlier one", behind=True)
            for received in fresh
            if received.key in blocked
        ]
        return [received for received in fresh if received.key not in blocked], behind

    async def _refuse(self, received: Received, refusal: Exception) -> None:
        slug = refusal.slug if isinstance(refusal, DomainError) else BUG_SLUG
        reason = str(refusal) if isinstance(refusal, DomainError) else f"{type(refusal).__name__}: {refusal}"
        log.error(
            "event set aside",
            subscription=self.subscription.name,
            event_type=received.envelope.type,
            event_id=received.event_id,
            slug=slug,
            exc_info=None if isinstance(refusal, DomainError) else refusal,
        )

        async def keep(transaction: Transaction) -> None:
            await inbox.mark_processed(transaction, self.subscription.name, [received.event_id])
            await self._park(transaction, [self._parked(received, slug, reason)])

        await self._patiently(keep)
        EVENTS.labels(self.subscription.name, "parked").inc()
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= REFUSALS_IN_A_ROW:
            message = (
                f"{self._refused_in_a_row} events in a row were refused by {self.subscription.name}; last: {reason}"
            )
            raise TooManyRefusalsError(message)

    async def _park(self, transaction: Transaction, parked: Sequence[Parked]) -> None:
        await set_aside.park(transaction, parked, service=self._service)

    async def _patiently(self, work: Callable[[Transaction], Awaitable[None]]) -> None:
        """Run `work`; while the infrastructure cannot, wait (longer and longer, with jitter) and try again."""
        for attempt in itertools.count():
            try:
                await self._transactions.run(work, name=f"batch {self.subscription.name}")
            except (RetryLater, MongoFault, OSError, TimeoutError) as fault:
                self.waiting_because = type(fault).__name__
                wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt) * random.uniform(0.5, 1.0)  # noqa: S311
                log.warning(
                    "waiting",
                    subscription=self.subscription.name,
                    fault=self.waiting_because,
                    wait_seconds=round(wait, 2),
                )
                await asyncio.sleep(wait)
            else:
                self.waiting_because = None
                return

    def _sorted(self, records: Sequence[ConsumerRecord]) -> _Sorted:
        group = _Sorted()
        for record in records:
            try:
                envelope = read(record.value)
            except UnknownTypeError:
                EVENTS.labels(self.subscription.name, "ignored").inc()
            except MalformedEventError as problem:
                EVENTS.labels(self.subscription.name, "malformed").inc()
                group.unreadable.append(_unreadable(record, self.subscription.name, str(problem)))
            else:
                group.readable.append(_received(record, envelope))
        return group

    def _parked(self, received: Received, slug: str, reason: str, *, behind: bool = False) -> Parked:
        return Parked(
            subscription=self.subscription.name,
            topic=received.topic,
            partition=received.partition,
            offset=received.offset,
            key=received.key,
            value=received.envelope.to_bytes(),
            headers={"traceparent": received.traceparent} if received.traceparent else {},
            slug=slug,
            reason=reason,
            behind=behind,
        )

    def _count(self, *, taken: int, known: int, parked: int) -> None:
        if taken:
            self._refused_in_a_row = 0
        for outcome, number in (("taken", taken), ("known", known), ("parked", parked)):
            EVENTS.labels(self.subscription.name, outcome).inc(number)


def by_partition(records: Sequence[ConsumerRecord]) -> dict[TopicPartition, list[ConsumerRecord]]:
    """The records of a batch, grouped; the order inside a partition is kept."""
    groups: dict[TopicPartition, list[ConsumerRecord]] = {}
    for record in records:
        groups.setdefault(TopicPartition(record.topic, record.partition), []).append(record)
    return groups


def _received(record: ConsumerRecord, envelope: Envelope[Event]) -> Received:
    return Received(
        envelope=envelope,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=envelope.partitionkey,
        timestamp_ms=record.timestamp,
        traceparent=headers_of(record).get("traceparent"),
    )


def _unreadable(record: ConsumerRecord, subscription: str, reason: str) -> Parked:
    return Parked(
        subscription=subscription,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode("utf-8", errors="replace"),
        value=record.value or b"",
        headers=headers_of(record),
        slug="illeggibile",
        reason=reason,
    )


def headers_of(record: ConsumerRecord) -> dict[str, str]:
    """Headers as text; a null or non-UTF-8 one, legal in Kafka, must not cost us the record."""
    return {name: value.decode("utf-8", errors="replace") for name, value in record.headers if value is not None}


async def commit_offsets(consumer: Any, groups: dict[TopicPartition, list[ConsumerRecord]]) -> None:
    """Tell the group how far we are. A refused commit is no loss: what comes again is recognised."""
    try:
        await consumer.commit({partition: records[-1].offset + 1 for partition, records in groups.items()})
    except KafkaError as fault:
        log.warning("offsets not committed, the records will come again", fault=type(fault).__name__)
