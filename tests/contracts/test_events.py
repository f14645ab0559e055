"""Events as their readers meet them: tolerant, equal after a round trip, named as facts, free of personal data."""

import json
import re
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from annotated_types import Le
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refettorio_contracts import (
    Event,
    MalformedEventError,
    UnknownTypeError,
    event_types,
    read,
    seal,
)
from refettorio_contracts.__main__ import HOME, examples
from refettorio_contracts.topics import CATALOGUE, SERVICES

TYPES = event_types()
EXAMPLES = examples(HOME)
TYPE_PATTERN = re.compile(r"^it\.refettorio\.(?P<service>[a-z]+)\.[a-z][a-z-]*\.(?P<fact>[a-z][a-z-]*)\.v[1-9][0-9]*$")
TOPIC_PATTERN = re.compile(
    r"^refettorio\.(?P<service>[a-z]+)\.[a-z-]+s\.v[1-9][0-9]*$|^refettorio\.[a-z]+\.calendar\.v1$"
)
VAGUE = {"completed", "finished", "updated", "changed", "processed", "handled", "status", "started", "modified", "done"}


def sealed(event: Event) -> bytes:
    example = EXAMPLES[event.TYPE]
    return seal(
        event,
        event_id=example["id"],
        source=example["source"],
        time=read(_bytes(example)).time,
        correlation_id=example["correlationid"],
        sequence=1,
    )


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("name", sorted(TYPES))
def test_yesterdays_example_is_read_and_written_back_the_same(name: str) -> None:
    envelope = read(_bytes(EXAMPLES[name]))
    assert type(envelope.data) is TYPES[name]
    assert read(sealed(envelope.data)) == envelope
    assert json.loads(envelope.to_bytes()) == EXAMPLES[name]


@pytest.mark.parametrize("name", sorted(TYPES))
def test_fields_that_this_version_does_not_know_are_ignored(name: str) -> None:
    newer = EXAMPLES[name] | {"tenant": "019058", "data": EXAMPLES[name]["data"] | {"menu": {"first": "risotto"}}}
    assert read(_bytes(newer)) == read(_bytes(EXAMPLES[name]))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_missing_required_field_makes_it_malformed_and_the_word_quotes_no_value(name: str) -> None:
    for field in [key for key, value in TYPES[name].model_fields.items() if value.is_required()]:
        data = {key: value for key, value in EXAMPLES[name]["data"].items() if key != field}
        with pytest.raises(MalformedEventError, match=field) as problem:
            read(_bytes(EXAMPLES[name] | {"data": data}))
        assert not any(value in str(problem.value) for value in data.values() if isinstance(value, str))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_what_may_be_null_may_be_left_out_as_it_is_when_an_event_is_sealed(name: str) -> None:
    event = read(_bytes(EXAMPLES[name])).data
    for field, value in TYPES[name].model_fields.items():
        if type(None) not in get_args(value.annotation):
            continue
        without = event.model_copy(update={field: None})
        assert read(sealed(without)).data == without


def most(event: type[Event], field: str) -> int:
    """The greatest whole number the field takes."""
    return next((int(str(each.le)) for each in event.model_fields[field].metadata if isinstance(each, Le)), 10**9)


@pytest.mark.parametrize("name", sorted(TYPES))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_event_survives_the_way_there_and_back(name: str, data: st.DataObject) -> None:
    text = st.text(min_size=1, max_size=40)
    changed = dict(EXAMPLES[name]["data"])
    for field, value in changed.items():
        kind = TYPES[name].model_fields[field].annotation
        if isinstance(value, bool):
            changed[field] = data.draw(st.booleans())
        elif isinstance(value, int):
            changed[field] = data.draw(st.integers(min_value=1, max_value=most(TYPES[name], field)))
        elif kind is str and not TYPES[name].model_fields[field].metadata:
            changed[field] = data.draw(text)
    event = TYPES[name].model_validate(changed)
    envelope = read(sealed(event))
    assert envelope.data == event
    assert envelope.to_bytes() == sealed(event)


@given(text=st.text(min_size=1), sequence=st.integers(min_value=0), time=st.datetimes(timezones=st.just(UTC)))
def test_whatever_its_envelope_says_the_bytes_are_those_of_the_model(text: str, sequence: int, time: datetime) -> None:
    event = read(_bytes(EXAMPLES["it.refettorio.attendance.meal.served.v1"])).data
    value = seal(
        event,
        event_id=text,
        source=text,
        time=time,
        correlation_id=text,
        causation_id=text,
        sequence=sequence,
    )
    envelope = read(value)
    assert (envelope.id, envelope.source, envelope.correlationid, envelope.causationid) == (text,) * 4
    assert (envelope.time, int(envelope.sequence)) == (time, sequence)
    assert envelope.to_bytes() == value


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_one_of_two_errors(value: bytes) -> None:
    with pytest.raises((MalformedEventError, UnknownTypeError)):
        read(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_an_event_or_one_of_two_errors(value: Any) -> None:
    with pytest.raises((MalformedEventError, UnknownTypeError)):
        read(_bytes(value))


def test_an_unknown_type_is_told_apart_and_named() -> None:
    unknown = EXAMPLES["it.refettorio.attendance.meal.served.v1"] | {"type": "it.refettorio.attendance.meal.weighed.v1"}
    for text in (json.dumps(unknown), json.dumps(unknown, separators=(",", ":")), json.dumps(unknown, sort_keys=True)):
        with pytest.raises(UnknownTypeError, match=r"meal\.weighed\.v1") as problem:
            read(text.encode())
        assert problem.value.event_type == "it.refettorio.attendance.meal.weighed.v1"


def test_a_type_that_stands_in_the_data_does_not_mislead() -> None:
    example = EXAMPLES["it.refettorio.attendance.meal.served.v1"]
    inner = {"data": example["data"] | {"type": "it.refettorio.ledger.meal.charged.v1"}}
    reordered = inner | {key: value for key, value in example.items() if key != "data"}
    assert read(json.dumps(reordered, separators=(",", ":")).encode()).type == example["type"]


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_type_says_whose_past_fact_it_is(name: str) -> None:
    match = TYPE_PATTERN.match(name)
    assert match, name
    assert match["service"] in SERVICES
    assert match["service"] == TYPES[name].TOPIC.owner
    assert not VAGUE & set(match["fact"].split("-"))


@pytest.mark.parametrize(
    "name",
    [
        "it.refettorio.ledger.account.updated.v1",
        "refettorio.ledger.x.y.v1",
        "it.refettorio.ledger.account.Opened.v1",
        "it.refettorio.ledger.account.opened",
    ],
)
def test_the_rule_about_types_can_refuse(name: str) -> None:
    match = TYPE_PATTERN.match(name)
    assert match is None or VAGUE & set(match["fact"].split("-"))


@pytest.mark.parametrize("topic", CATALOGUE, ids=lambda topic: topic.name)
def test_a_topic_is_named_after_its_owner_and_a_plural(topic: Any) -> None:
    assert TOPIC_PATTERN.match(topic.name)
    assert topic.name.split(".")[1] == topic.owner
    assert topic.partitions in {1, 6, 24}


@pytest.mark.parametrize("name", sorted(TYPES))
def test_subject_and_key_name_the_thing_without_naming_a_person(name: str) -> None:
    event = read(_bytes(EXAMPLES[name])).data
    assert re.fullmatch(r"[a-z-]+/[A-Za-z0-9._:/-]+", event.subject)
    assert re.fullmatch(r"[A-Za-z0-9._:/-]+", event.partition_key)


def test_the_classes_of_a_topic_are_found_by_everybody_who_imports_the_package() -> None:
    assert len(TYPES) == sum(len(topic.events) for topic in CATALOGUE)
    assert {path.stem for path in (HOME / "examples").glob("*.json")} == set(TYPES)
