"""What was published stays readable: every event agrees with its frozen schema, and the comparison can say no."""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from refettorio_contracts.__main__ import HOME, check, examples, main, schemas
from refettorio_contracts.enrollment import ApplicationAccepted, TariffAssigned
from refettorio_contracts.schemas import Schema, breaking_changes, schema_of

PRESENT = schemas()


@pytest.mark.parametrize("name", sorted(PRESENT))
def test_an_event_may_have_gained_optional_fields_since_its_schema_was_frozen_and_nothing_else(name: str) -> None:
    frozen = json.loads((HOME / "schemas" / f"{name}.json").read_text())
    assert breaking_changes(frozen, PRESENT[name]) == []


def test_schemas_examples_and_document_are_complete_up_to_date_and_nobodys_orphans() -> None:
    assert check(HOME) == []


@pytest.mark.parametrize("name", sorted(set(PRESENT) - {"envelope"}))
def test_every_example_meets_its_schema_and_that_of_the_envelope(name: str) -> None:
    example = examples(HOME)[name]
    Draft202012Validator(PRESENT["envelope"]).validate(example)
    Draft202012Validator(PRESENT[name]).validate(example["data"])


def add_optional(schema: Schema) -> None:
    schema["properties"]["bracket"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}


def reword(schema: Schema) -> None:
    schema["description"] = "Said better."
    schema["properties"]["valid_from"]["title"] = "From"


def add_required(schema: Schema) -> None:
    add_optional(schema)
    schema["required"].append("bracket")


def remove_required(schema: Schema) -> None:
    del schema["properties"]["tariff_code"]
    schema["required"].remove("tariff_code")


def remove_optional(schema: Schema) -> None:
    del schema["properties"]["sibling_rank"]


def rename(schema: Schema) -> None:
    schema["properties"]["residency"] = schema["properties"].pop("is_resident")


def retype(schema: Schema) -> None:
    schema["properties"]["sibling_rank"]["type"] = "string"


def make_optional_required(schema: Schema) -> None:
    schema["required"].append("sibling_rank")


def make_required_optional(schema: Schema) -> None:
    schema["required"].remove("tariff_code")


def narrow(schema: Schema) -> None:
    schema["properties"]["tariff_code"]["maxLength"] = 10


def loosen(schema: Schema) -> None:
    del schema["properties"]["tariff_code"]["pattern"]


def change_default(schema: Schema) -> None:
    schema["properties"]["is_resident"]["default"] = False


@pytest.mark.parametrize("change", [add_optional, reword])
def test_a_compatible_change_passes(change: Callable[[Schema], None]) -> None:
    frozen = schema_of(TariffAssigned)
    present = copy.deepcopy(frozen)
    change(present)
    assert breaking_changes(frozen, present) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (add_required, "bracket: added and required"),
        (remove_required, "tariff_code: removed"),
        (remove_optional, "sibling_rank: removed"),
        (rename, "is_resident: removed"),
        (retype, "was 'integer', is 'string'"),
        (make_optional_required, "sibling_rank: optional before, required now"),
        (make_required_optional, "tariff_code: required before, optional now"),
        (narrow, "was 120, is 10"),
        (loosen, "(pattern): removed"),
        (change_default, "was True, is False"),
    ],
)
def test_a_breaking_change_is_refused_with_its_reason(change: Callable[[Schema], None], word: str) -> None:
    frozen = schema_of(TariffAssigned)
    present = copy.deepcopy(frozen)
    change(present)
    assert any(word in problem for problem in breaking_changes(frozen, present))


def test_a_value_that_could_be_absent_may_not_become_obligatory() -> None:
    frozen = {"properties": {"seat": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}
    present = {"properties": {"seat": {"anyOf": [{"type": "integer"}]}}}
    assert any("seat (anyOf)" in problem for problem in breaking_changes(frozen, present))


@pytest.mark.parametrize(("old", "new"), [(["a", "b"], ["a", "b", "c"]), (["a", "b"], ["a"]), (["a"], ["b"])])
def test_an_enumeration_may_be_neither_widened_nor_narrowed(old: list[str], new: list[str]) -> None:
    frozen = {"properties": {"state": {"enum": old}}, "required": ["state"]}
    present = {"properties": {"state": {"enum": new}}, "required": ["state"]}
    assert breaking_changes(frozen, present)


def test_a_change_inside_a_nested_part_is_found() -> None:
    frozen = schema_of(ApplicationAccepted)
    present = copy.deepcopy(frozen)
    present["$defs"]["PupilName"]["required"].append("nickname")
    present["$defs"]["PupilName"]["properties"]["nickname"] = {"type": "string"}
    assert breaking_changes(frozen, present) == [
        "pupil.nickname: added and required; yesterday's events do not have it"
    ]


def test_moving_a_part_without_changing_it_is_no_change() -> None:
    frozen = schema_of(ApplicationAccepted)
    present = copy.deepcopy(frozen)
    present["properties"]["pupil"] = present.pop("$defs")["PupilName"]
    assert breaking_changes(frozen, present) == []


def test_the_command_freezes_what_is_new_and_refuses_to_overwrite_what_breaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path)]) == 0
    path = tmp_path / "schemas" / f"{TariffAssigned.TYPE}.json"
    assert json.loads(path.read_text()) == PRESENT[TariffAssigned.TYPE]
    edited = json.loads(path.read_text())
    edited["properties"]["tariff_name"] = {"type": "string"}
    path.write_text(json.dumps(edited))
    assert main(["schemas", "--home", str(tmp_path)]) == 1
    assert f"{TariffAssigned.TYPE}: tariff_name: removed" in capsys.readouterr().err
    assert "tariff_name" in path.read_text(), "a frozen schema is never overwritten by a break"


def test_check_finds_what_is_missing_and_what_is_nobodys(tmp_path: Path) -> None:
    main(["--home", str(tmp_path)])
    (tmp_path / "asyncapi.yaml").write_text("asyncapi: 2.6.0")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "it.refettorio.gone.v1.json").write_text("{}")
    (tmp_path / "schemas" / f"{TariffAssigned.TYPE}.json").unlink()
    problems = check(tmp_path)
    assert "examples/it.refettorio.gone.v1.json belongs to no event" in problems
    assert f"schemas/{TariffAssigned.TYPE}.json is missing" in problems
    assert f"examples/{TariffAssigned.TYPE}.json is missing" in problems
    assert "asyncapi.yaml is not up to date" in problems
