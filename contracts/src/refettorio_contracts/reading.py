"""From the bytes of a record to a typed event, with the two ways in which that can fail told apart."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError

from refettorio_contracts.envelope import Envelope, envelope_of
from refettorio_contracts.event import Event
from refettorio_contracts.topics import CATALOGUE

_TYPE_MARK: Final = b'"type":"'


class UnreadableEventError(ValueError):
    """The record cannot be read."""


class UnknownTypeError(UnreadableEventError):
    """A well-formed envelope of a type this version does not know: legal, to be counted and ignored."""

    def __init__(self, event_type: str) -> None:
        super().__init__(f"unknown event type {event_type!r}")
        self.event_type = event_type


class MalformedEventError(UnreadableEventError):
    """Not an envelope of ours, or one whose data break the contract: to be set aside, it will never be readable."""


@lru_cache(maxsize=1)
def event_types() -> dict[str, type[Event]]:
    """Every event of the catalogue by its `type`."""
    return {name: event for topic in CATALOGUE for name, event in topic.events.items()}


def _model_for(event_type: str) -> type[Envelope[Event]]:
    try:
        return envelope_of(event_types()[event_type])
    except KeyError:
        raise UnknownTypeError(event_type) from None


def read(value: bytes | None) -> Envelope[Event]:
    """Read the value of a record.

    Raises UnknownTypeError for a type not in the catalogue and MalformedEventError for everything else that is wrong.
    """
    if not value:
        message = "empty record"
        raise MalformedEventError(message)
    try:
        return _model_for(_peek_type(value)).model_validate_json(value)
    except ValidationError as error:
        raise MalformedEventError(_first_problem(error)) from error


def _peek_type(value: bytes) -> str:
    """The `type` of the envelope; found by a scan when it is plainly there, else by a full parse.

    The scan is what makes reading cheap: the data are then parsed once, by the right model.
    """
    start = value.find(_TYPE_MARK)
    data = value.find(b'"data":{')
    if start >= 0 and (data < 0 or start < data):
        begin = start + len(_TYPE_MARK)
        end = value.find(b'"', begin)
        if end > 0 and b"\\" not in value[begin:end]:
            return value[begin:end].decode("utf-8", errors="replace")
    try:
        document: Any = json.loads(value)
    except ValueError as error:
        message = f"not JSON: {error}"
        raise MalformedEventError(message) from error
    match document:
        case {"type": str() as event_type}:
            return event_type
    message = "not a CloudEvents envelope: no type"
    raise MalformedEventError(message)


def _first_problem(error: ValidationError) -> str:
    """The first broken rule, without the offending value: it may be personal."""
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
