"""The envelope around every event: CloudEvents 1.0, structured JSON in the value of the Kafka record.

Source: CloudEvents 1.0.2 and its Kafka protocol binding 3.3 (structured content mode).
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from refettorio_contracts.event import Event

CONTENT_TYPE: Final = "application/cloudevents+json"
DATA_SCHEMA_PREFIX: Final = "urn:refettorio:schema:"

E_co = TypeVar("E_co", bound=Event, covariant=True)


class Envelope(BaseModel, Generic[E_co]):
    """One event on its way.

    `id` is a UUIDv7 made when the event is written to the outbox, so that every retry carries the same one.
    `sequence` is the version of `subject`: a reader may ignore a lower one. `causationid` is the `id` of the event
    (or the identifier of the command) that led to this one, `correlationid` that of the first in the chain.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    type: str
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    sequence: str = "0"
    partitionkey: str
    correlationid: str
    causationid: str | None = None
    data: E_co

    def to_bytes(self) -> bytes:
        """The value of the Kafka record."""
        return self.model_dump_json(exclude_none=True).encode()


@lru_cache(maxsize=256)
def envelope_of(event: type[Event]) -> type[Envelope[Event]]:
    """The envelope model for one event class, built once."""
    return Envelope[event]  # type: ignore[valid-type]


def seal(  # noqa: PLR0913 - an envelope has this many parts
    event: Event,
    *,
    event_id: str,
    source: str,
    time: datetime,
    correlation_id: str,
    causation_id: str | None = None,
    sequence: int = 0,
) -> Envelope[Event]:
    """Put `event` in its envelope. `time` is when the fact happened, aware."""
    return envelope_of(type(event))(
        id=event_id,
        source=source,
        type=event.TYPE,
        subject=event.subject,
        time=time,
        dataschema=DATA_SCHEMA_PREFIX + event.TYPE,
        sequence=f"{sequence:020d}" if sequence else "0",
        partitionkey=event.partition_key,
        correlationid=correlation_id,
        causationid=causation_id,
        data=event,
    )
