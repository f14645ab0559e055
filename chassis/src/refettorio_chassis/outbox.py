"""The outbox: what a transaction announces is a row in its own database, committed with its effect. The relay sends it.

What one transaction announces is kept as one parcel (several when it is a lot): `_id` (that of its first row, UUIDv7:
parcels sort by age), `rows`, `written_at` (the machine's clock) and, once Kafka has all of it, `sent_at`. A row: `id`
(the event's), `topic`, `key`, `value` (bytes), `headers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from opentelemetry import propagate

from refettorio_chassis.identifiers import uuid7
from refettorio_chassis.mongo import Document
from refettorio_contracts import CONTENT_TYPE, Event, seal

MAX_VALUE_BYTES: Final = 900_000
"""Below Kafka's default limit of 1 MiB: a row that could never be sent would stop every later one."""

PARCEL_ROWS: Final = 500
PARCEL_BYTES: Final = 4_000_000
"""Far below what a MongoDB document may hold (16 MiB), so that whatever one row weighs fits in."""

command_id: ContextVar[str | None] = ContextVar("command_id", default=None)
"""The identifier of the request being served: the cause of what it announces."""


class Cause(Protocol):
    """What led to an event: a received one, with its place in a chain and in a trace."""

    @property
    def event_id(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...
    @property
    def traceparent(self) -> str | None: ...


current_cause: ContextVar[Cause | None] = ContextVar("current_cause", default=None)
"""The received event being handled one by one: the cause of what is announced meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One record on its way to Kafka."""

    topic: str
    key: str
    value: bytes
    headers: dict[str, str] = field(default_factory=dict)
    row_id: str = field(default_factory=uuid7)


class ClosedOutboxError(RuntimeError):
    """Something was announced after the transaction had written its outbox: it would be lost."""


class Outbox:
    """The rows of one transaction; open while it runs, then closed. `now` is when its facts happened, aware."""

    def __init__(self, *, source: str, now: datetime) -> None:
        self._source = source
        self._now = now
        self._rows: list[Document] | None = []

    def add(self, event: Event, *, sequence: int, cause: Cause | None) -> str:
        """Seal `event` and keep it for the commit."""
        event_id = uuid7()
        cause = cause or current_cause.get()
        causation = cause.event_id if cause else command_id.get()
        value = seal(
            event,
            event_id=event_id,
            source=self._source,
            time=self._now,
            correlation_id=cause.correlation_id if cause else (causation or event_id),
            causation_id=causation,
            sequence=sequence,
        )
        headers = {"content-type": CONTENT_TYPE, "ce_type": event.TYPE, "ce_id": event_id}
        if cause is None:
            propagate.inject(headers)
        elif cause.traceparent:
            headers["traceparent"] = cause.traceparent
        self._keep(event_id, event.TOPIC.name, event.partition_key, value, headers)
        return event_id

    def add_row(self, row: OutboxRow) -> None:
        self._keep(row.row_id, row.topic, row.key, row.value, row.headers)

    def _keep(self, row_id: str, topic: str, key: str, value: bytes, headers: Mapping[str, str]) -> None:
        if self._rows is None:
            message = f"the outbox is closed; {topic} would be lost"
            raise ClosedOutboxError(message)
        if len(value) > MAX_VALUE_BYTES:
            message = f"a record of {len(value)} bytes for {topic} can never be sent"
            raise ValueError(message)
        self._rows.append({"id": row_id, "topic": topic, "key": key, "value": value, "headers": headers})

    def close(self) -> list[Document]:
        """The parcels to insert; nothing can be added after."""
        rows, self._rows = self._rows or [], None
        written_at = datetime.now(UTC)
        return [_parcel(part, written_at) for part in _parts(rows)]


def _parts(rows: Sequence[Document]) -> Iterator[list[Document]]:
    """Rows in order, no more in one parcel than MongoDB may hold."""
    part: list[Document] = []
    size = 0
    for row in rows:
        if part and (len(part) == PARCEL_ROWS or size + len(row["value"]) > PARCEL_BYTES):
            yield part
            part, size = [], 0
        part.append(row)
        size += len(row["value"])
    if part:
        yield part


def _parcel(rows: Sequence[Document], written_at: datetime) -> Document:
    return {"_id": rows[0]["id"], "rows": rows, "written_at": written_at, "sent_at": None}
