"""The AsyncAPI 3.0 document of all topics, made from the catalogue, and the little YAML it is written in.

Source: AsyncAPI 3.0.0; Kafka bindings 0.5.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

from refettorio_contracts.envelope import CONTENT_TYPE
from refettorio_contracts.event import Event
from refettorio_contracts.schemas import ENVELOPE, schema_of, schema_of_envelope
from refettorio_contracts.topics import CATALOGUE, DEAD_LETTERS, Topic

Document = dict[str, Any]

BINDING: Final = "0.5.0"
PLAIN_KEY: Final = re.compile(r"^[A-Za-z_][A-Za-z0-9_.-]*$")
YAML_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
DESCRIPTION: Final = (
    "What the services of Refettorio tell each other and, on the topics marked `municipal`, every other system of the "
    "municipality. Delivery is at least once, in order for each key: see README.md beside this file."
)


def document(examples: Mapping[str, Any]) -> Document:
    """The whole document; `examples` are envelopes by event type."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Refettorio: events of school meals and school transport",
            "version": version("refettorio-contracts"),
            "description": DESCRIPTION,
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "municipality": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "variables": {"bootstrap": {"description": "Address of the Kafka cluster of the municipality"}},
            }
        },
        "channels": {topic.name: _channel(topic) for topic in CATALOGUE},
        "operations": {f"tell.{topic.name}": _operation(topic) for topic in CATALOGUE},
        "components": {
            "messages": {"DeadLetter": _dead_letter()}
            | {event.__name__: _message(event, examples.get(event.TYPE)) for event in _events()},
            "schemas": _schemas(),
        },
    }


def _events() -> Iterator[type[Event]]:
    for topic in CATALOGUE:
        yield from topic.events.values()


def _names(topic: Topic) -> list[str]:
    return [event.__name__ for event in topic.events.values()] or ["DeadLetter"]


def _channel(topic: Topic) -> Document:
    return {
        "address": topic.name,
        "description": f"{topic.description}. Key: {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"retention.ms": topic.retention_ms},
                "bindingVersion": BINDING,
            }
        },
        "x-audience": topic.audience,
        "x-owner": topic.owner,
    }


def _operation(topic: Topic) -> Document:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{topic.owner} tells: {topic.description.lower()}",
    }


def _message(event: type[Event], example: Any) -> Document:
    lines = (event.__doc__ or "").strip().splitlines()
    payload = {
        "allOf": [
            {"$ref": f"#/components/schemas/{ENVELOPE}"},
            {
                "type": "object",
                "properties": {
                    "type": {"const": event.TYPE},
                    "data": {"$ref": f"#/components/schemas/{event.__name__}"},
                },
            },
        ]
    }
    message: Document = {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": lines[0].strip(),
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "headers": _headers(event),
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING}},
        "payload": payload,
    }
    if more := "\n".join(line.strip() for line in lines[1:]).strip():
        message["description"] = more
    if example is not None:
        message["examples"] = [{"payload": example}]
    return message


def _headers(event: type[Event]) -> Document:
    return {
        "type": "object",
        "properties": {
            "content-type": {"const": CONTENT_TYPE},
            "ce_type": {"const": event.TYPE},
            "ce_id": {"type": "string", "description": "The `id` of the envelope"},
            "traceparent": {"type": "string", "description": "W3C trace context, where the fact was traced"},
        },
        "required": ["content-type", "ce_type", "ce_id"],
    }


def _dead_letter() -> Document:
    owners = ", ".join(DEAD_LETTERS)
    return {
        "name": "dead-letter",
        "title": "DeadLetter",
        "summary": f"A record that a service ({owners}) set aside: the bytes as they came, the reason in the headers.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "properties": {
                name: {"type": "string"}
                for name in ("origin-topic", "origin-partition", "origin-offset", "error", "error-reason")
            },
        },
        "payload": {"type": "string", "format": "binary"},
    }


def _schemas() -> Document:
    schemas: Document = {ENVELOPE: _embedded(schema_of_envelope())}
    for event in _events():
        schema = schema_of(event)
        for name, part in schema.pop("$defs", {}).items():
            schemas[name] = _embedded(part)
        schemas[event.__name__] = _embedded(schema)
    return schemas


def _embedded(schema: Any) -> Any:
    """A schema as part of the document: its references point into `components`."""
    match schema:
        case dict():
            kept = {key: value for key, value in schema.items() if key not in {"$schema", "$id"}}
            return {key: _embedded(value) for key, value in kept.items()}
        case list():
            return [_embedded(each) for each in schema]
        case str():
            return schema.replace("#/$defs/", "#/components/schemas/")
        case _:
            return schema


def to_yaml(value: Any) -> str:
    """YAML 1.2 of JSON values, the same bytes every time; strings are quoted as in JSON, which YAML contains."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> Iterator[str]:
    match value:
        case dict() if value:
            for key, inner in value.items():
                yield from _entry(f"{_key(str(key))}:", inner)
        case list() if value:
            for inner in value:
                yield from _item(inner)
        case _:
            yield json.dumps(value, ensure_ascii=False)


def _entry(head: str, inner: Any) -> Iterator[str]:
    if _is_block(inner):
        yield head
        yield from (f"  {line}" for line in _lines(inner))
    else:
        yield f"{head} {next(_lines(inner))}"


def _item(inner: Any) -> Iterator[str]:
    lines = list(_lines(inner))
    yield f"- {lines[0]}"
    yield from (f"  {line}" for line in lines[1:])


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and bool(value)


def _key(key: str) -> str:
    is_plain = PLAIN_KEY.match(key) and key.lower() not in YAML_WORDS
    return key if is_plain else json.dumps(key, ensure_ascii=False)
