"""Events of Refettorio: what services tell each other, and what other municipal systems may subscribe to."""

from refettorio_contracts import attendance, enrollment, identity, ledger, notify, topics
from refettorio_contracts.envelope import CONTENT_TYPE, Envelope, seal
from refettorio_contracts.event import Event
from refettorio_contracts.reading import (
    MalformedEventError,
    UnknownTypeError,
    UnreadableEventError,
    event_types,
    read,
)

__all__ = [
    "CONTENT_TYPE",
    "Envelope",
    "Event",
    "MalformedEventError",
    "UnknownTypeError",
    "UnreadableEventError",
    "attendance",
    "enrollment",
    "event_types",
    "identity",
    "ledger",
    "notify",
    "read",
    "seal",
    "topics",
]
