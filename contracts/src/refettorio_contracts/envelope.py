"""The envelope around every event: CloudEvents 1.0, structured JSON in the value of the Kafka record.

Source: CloudEvents 1.0.2 and its Kafka protocol binding 3.3 (structured content mode).
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
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
) -> bytes:
    """The value of the Kafka record that tells `event`. `time` is when the fact happened, aware.

    Written out instead of built as an `Envelope`: the event was checked when it was made, and sealing is done by the
    thousand. `read(seal(…)).to_bytes()` gives the same bytes.
    """
    causation = f',"causationid":{_quoted(causation_id)}' if causation_id is not None else ""
    head = (
        f'{{"specversion":"1.0","id":{_quoted(event_id)},"source":{_quoted(source)},"type":"{event.TYPE}",'
        f'"subject":{_quoted(event.subject)},"time":"{_instant(time)}","datacontenttype":"application/json",'
        f'"dataschema":"{DATA_SCHEMA_PREFIX}{event.TYPE}","sequence":"{_version(sequence)}",'
        f'"partitionkey":{_quoted(event.partition_key)},"correlationid":{_quoted(correlation_id)}{causation},"data":'
    )
    return head.encode() + event.model_dump_json(exclude_none=True).encode() + b"}"


@lru_cache(maxsize=64)
def _instant(time: datetime) -> str:
    """RFC 3339; what is told in one transaction was told at one instant."""
    return time.isoformat().replace("+00:00", "Z")


def _version(sequence: int) -> str:
    return f"{sequence:020d}" if sequence else "0"
