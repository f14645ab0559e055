"""Municipal topics carry identifiers only; what is free text there was looked at by a person, field by field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from refettorio_contracts.__main__ import schemas
from refettorio_contracts.topics import CATALOGUE

SCHEMAS = schemas()
MUNICIPAL = sorted(name for topic in CATALOGUE if topic.audience == "municipal" for name in topic.events)
PERSONAL = (
    "name", "surname", "fiscal", "address", "email", "mail", "phone", "mobile", "contact", "birth", "person", "diet",
    "allergy", "disability", "religion", "isee", "income", "iban", "note",
)  # fmt: skip
READ_BY_A_PERSON = {
    ("it.refettorio.attendance.meal.served.v1", "kind"),
    ("it.refettorio.attendance.meal.withdrawn.v1", "reason"),
    ("it.refettorio.attendance.sheet.reopened.v1", "reason"),
    ("it.refettorio.enrollment.class.excused.v1", "reason"),
    ("it.refettorio.enrollment.school-day.closed.v1", "reason"),
    ("it.refettorio.notify.communication.published.v1", "audience"),
    ("it.refettorio.notify.communication.published.v1", "title"),
}
"""Texts without a pattern on municipal topics: short, public, about the service. Adding one means deciding it here."""


def fields_of(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every field of a schema, nested ones too."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for part in schema.values():
            yield from fields_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from fields_of(part)


def personal_fields(schema: Any) -> list[str]:
    return [name for name, _ in fields_of(schema) if any(word in name.split("_") for word in PERSONAL)]


@pytest.mark.parametrize("name", MUNICIPAL)
def test_a_municipal_event_has_no_field_for_personal_data(name: str) -> None:
    assert personal_fields(SCHEMAS[name]) == []


@pytest.mark.parametrize("name", MUNICIPAL)
def test_free_text_of_a_municipal_event_was_decided(name: str) -> None:
    free = {
        (name, field)
        for field, rule in fields_of(SCHEMAS[name])
        if rule.get("type") == "string" and not rule.keys() & {"pattern", "format", "enum", "const"}
    }
    assert free <= READ_BY_A_PERSON


def test_the_rule_can_refuse() -> None:
    assert personal_fields(SCHEMAS["it.refettorio.identity.contact.verified.v1"]) == ["contact_id", "address"]
    assert "given_name" in personal_fields(SCHEMAS["it.refettorio.enrollment.application.accepted.v1"])
    assert personal_fields({"properties": {"isee_cents": {"type": "integer"}}}) == ["isee_cents"]


def test_every_topic_has_an_owner_who_answers_for_its_files() -> None:
    owners = Path(__file__).parents[2].joinpath("CODEOWNERS").read_text()
    for topic in CATALOGUE:
        assert f"/contracts/schemas/it.refettorio.{topic.owner}.*" in owners
        assert f"@refettorio/{topic.owner}" in owners
