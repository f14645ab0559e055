"""Kafka records as they arrive: read where they can be, kept whole where they cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord, TopicPartition

from refettorio_chassis.set_aside import UNREADABLE_SLUG, Parked
from refettorio_contracts import Envelope, Event, MalformedEventError, UnknownTypeError, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An event as it arrived. `key` is whose events keep their order; `value` the bytes it was read from."""

    envelope: Envelope[Event]
    topic: str
    partition: int
    offset: int
    key: str
    timestamp_ms: int
    traceparent: str | None = None
    value: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def event(self) -> Event:
        return self.envelope.data

    @property
    def event_id(self) -> str:
        return self.envelope.id

    @property
    def correlation_id(self) -> str:
        return self.envelope.correlationid

    @property
    def marker(self) -> str:
        """What the processed-marker is called."""
        return self.envelope.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record that is no event of ours; `reason` quotes none of its values."""

    record: ConsumerRecord
    reason: str

    @property
    def topic(self) -> str:
        return str(self.record.topic)

    @property
    def partition(self) -> int:
        return int(self.record.partition)

    @property
    def offset(self) -> int:
        return int(self.record.offset)

    @property
    def marker(self) -> str:
        """Without an identifier of its own, its place says whether it was seen before."""
        return f"{self.record.topic}/{self.record.partition}/{self.record.offset}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a type this version does not know: legal, and only counted."""

    topic: str
    partition: int
    offset: int


Arrived = Received | Unreadable | Unknown


@dataclass(slots=True)
class Group:
    """The records of one partition, in order, after reading."""

    arrived: list[Arrived] = field(default_factory=list)

    def halves(self) -> tuple[Group, Group]:
        """The first half and the rest."""
        middle = len(self.arrived) // 2
        return Group(self.arrived[:middle]), Group(self.arrived[middle:])

    def cut_at_unreadable(self) -> Iterator[Group]:
        """In order: each unreadable record alone, and what is between them together."""
        events: list[Arrived] = []
        for each in self.arrived:
            if not isinstance(each, Unreadable):
                events.append(each)
                continue
            if events:
                yield Group(events)
            yield Group([each])
            events = []
        if events:
            yield Group(events)


def sorted_out(records: Sequence[ConsumerRecord]) -> Group:
    """Read each record of a partition."""
    group = Group()
    for record in records:
        try:
            envelope = read(record.value)
        except UnknownTypeError:
            group.arrived.append(Unknown(record.topic, record.partition, record.offset))
        except MalformedEventError as problem:
            group.arrived.append(Unreadable(record=record, reason=str(problem)))
        else:
            group.arrived.append(_received(record, envelope))
    return group


def each_once(told: Sequence[Received | Unreadable]) -> list[Received | Unreadable]:
    """The first of every event, although it may stand in the batch twice."""
    firsts = {each.marker: each for each in reversed(told)}
    return list(told) if len(firsts) == len(told) else [each for each in told if firsts[each.marker] is each]


def by_partition(records: Sequence[ConsumerRecord]) -> dict[TopicPartition, list[ConsumerRecord]]:
    """The records of a batch, grouped; the order inside a partition is kept."""
    groups: dict[TopicPartition, list[ConsumerRecord]] = {}
    for record in records:
        groups.setdefault(TopicPartition(record.topic, record.partition), []).append(record)
    return groups


def headers_of(record: ConsumerRecord) -> dict[str, str]:
    """Headers as text; a null or non-UTF-8 one, legal in Kafka, must not cost us the record."""
    return {name: value.decode("utf-8", errors="replace") for name, value in record.headers if value is not None}


def parked_event(received: Received, subscription: str, slug: str, reason: str, *, behind: bool = False) -> Parked:
    """A refused event as it is kept: the bytes that came, fields we do not know included."""
    return Parked(
        subscription=subscription,
        topic=received.topic,
        partition=received.partition,
        offset=received.offset,
        key=received.key,
        value=received.value or received.envelope.to_bytes(),
        headers=dict(received.headers),
        slug=slug,
        reason=reason,
        behind=behind,
    )


def parked_record(unreadable: Unreadable, subscription: str) -> Parked:
    """A record that is no event of ours, as it is kept."""
    record = unreadable.record
    return Parked(
        subscription=subscription,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode("utf-8", errors="replace"),
        value=record.value or b"",
        headers=headers_of(record),
        slug=UNREADABLE_SLUG,
        reason=unreadable.reason,
    )


def _received(record: ConsumerRecord, envelope: Envelope[Event]) -> Received:
    headers = headers_of(record)
    return Received(
        envelope=envelope,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=envelope.partitionkey,
        timestamp_ms=record.timestamp,
        traceparent=headers.get("traceparent"),
        value=record.value,
        headers=headers,
    )
