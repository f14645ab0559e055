"""JSON Schemas of the events, and the one question about a changed one: can yesterday's and tomorrow's readers read it?

Inside a major version optional fields may be added, and nothing else ("full transitive" compatibility).
"""

from __future__ import annotations

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from refettorio_contracts.envelope import DATA_SCHEMA_PREFIX, Envelope
from refettorio_contracts.event import Event

Schema = dict[str, Any]

DIALECT: Final = GenerateJsonSchema.schema_dialect
ENVELOPE: Final = "envelope"
"""Name of the envelope's own schema, beside those of the events."""
WORDS_FOR_PEOPLE: Final = frozenset({"title", "description", "$id", "$schema", "examples"})
"""They may change at any time: no reader decides by them."""


def schema_of(event: type[Event]) -> Schema:
    """The schema of the `data` of one event type; its `$id` is the `dataschema` of the envelope."""
    return {"$schema": DIALECT, "$id": DATA_SCHEMA_PREFIX + event.TYPE} | event.model_json_schema()


def schema_of_envelope() -> Schema:
    """The schema of what surrounds every event."""
    schema = Envelope[Event].model_json_schema()
    del schema["$defs"]["Event"]
    if not schema["$defs"]:
        del schema["$defs"]
    schema["properties"]["data"] = {"type": "object"}
    schema["title"] = "Envelope"
    return {"$schema": DIALECT, "$id": DATA_SCHEMA_PREFIX + ENVELOPE} | schema


def breaking_changes(frozen: Schema, present: Schema) -> list[str]:
    """Why `present` may not replace `frozen`, in words; empty when only optional fields were added."""
    return _compare(_Resolved(frozen, frozen), _Resolved(present, present), "")


class _Resolved:
    """A part of a schema, with the document in which its references are looked up."""

    def __init__(self, part: Any, document: Schema) -> None:
        while isinstance(part, dict) and "$ref" in part:
            name = part["$ref"].removeprefix("#/$defs/")
            part = document["$defs"][name] | {key: value for key, value in part.items() if key != "$ref"}
        self.part = part
        self.document = document

    def field(self, name: str) -> _Resolved:
        return _Resolved(self.part["properties"][name], self.document)


def _compare(frozen: _Resolved, present: _Resolved, path: str) -> list[str]:
    old, new = frozen.part, present.part
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [] if old == new else [f"{path}: was {old!r}, is {new!r}"]
    problems = _compare_fields(frozen, present, path)
    for keyword in sorted((old.keys() | new.keys()) - WORDS_FOR_PEOPLE - {"properties", "required", "$defs"}):
        problems += _compare_keyword(frozen, present, keyword, path)
    return problems


def _compare_fields(frozen: _Resolved, present: _Resolved, path: str) -> list[str]:
    old_fields, new_fields = frozen.part.get("properties", {}), present.part.get("properties", {})
    old_required, new_required = set(frozen.part.get("required", ())), set(present.part.get("required", ()))
    problems = [f"{_join(path, name)}: removed" for name in old_fields if name not in new_fields]
    for name in new_fields:
        place = _join(path, name)
        if name in new_required and name not in old_fields:
            problems.append(f"{place}: added and required; yesterday's events do not have it")
        elif name in new_required - old_required:
            problems.append(f"{place}: optional before, required now")
        elif name in old_required - new_required:
            problems.append(f"{place}: required before, optional now; readers count on it")
        if name in old_fields:
            problems += _compare(frozen.field(name), present.field(name), place)
    return problems


def _compare_keyword(frozen: _Resolved, present: _Resolved, keyword: str, path: str) -> list[str]:
    place = f"{path or 'the event'} ({keyword})"
    if keyword not in frozen.part:
        return [f"{place}: added"]
    if keyword not in present.part:
        return [f"{place}: removed"]
    old, new = frozen.part[keyword], present.part[keyword]
    match old, new:
        case dict(), dict():
            return _compare(_Resolved(old, frozen.document), _Resolved(new, present.document), place)
        case list(), list() if len(old) == len(new):
            pairs = zip(old, new, strict=True)
            parts = [(_Resolved(one, frozen.document), _Resolved(other, present.document)) for one, other in pairs]
            return [problem for one, other in parts for problem in _compare(one, other, place)]
        case _:
            return [] if old == new else [f"{place}: was {old!r}, is {new!r}"]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
