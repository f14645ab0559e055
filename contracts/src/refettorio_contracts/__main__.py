"""What the contracts publish as files: `python -m refettorio_contracts [schemas|asyncapi|check]`, none: both written.

A schema is frozen once written. It is written again only when optional fields were added; anything else is refused:
make a new type with the next major version and emit both for a time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from refettorio_contracts.asyncapi import document, to_yaml
from refettorio_contracts.reading import event_types
from refettorio_contracts.schemas import ENVELOPE, Schema, breaking_changes, schema_of, schema_of_envelope

HOME: Final = Path(__file__).parents[2]


def schemas() -> dict[str, Schema]:
    """Every schema as the code has it now, by the name of its file."""
    return {ENVELOPE: schema_of_envelope()} | {name: schema_of(event) for name, event in event_types().items()}


def examples(home: Path) -> dict[str, Any]:
    """The example envelopes by event type."""
    return {path.stem: json.loads(path.read_text()) for path in sorted((home / "examples").glob("*.json"))}


def write_schemas(home: Path) -> list[str]:
    """Freeze what is new; returns why some could not be."""
    problems: list[str] = []
    folder = home / "schemas"
    folder.mkdir(exist_ok=True)
    for name, present in schemas().items():
        path = folder / f"{name}.json"
        broken = breaking_changes(json.loads(path.read_text()), present) if path.exists() else []
        if broken:
            problems += [f"{name}: {each}" for each in broken]
        else:
            path.write_text(_json(present))
    return problems


def write_asyncapi(home: Path) -> list[str]:
    """Write the document; it cannot fail."""
    (home / "asyncapi.yaml").write_text(to_yaml(document(examples(home))))
    return []


def check(home: Path) -> list[str]:
    """What is not as the code says, without writing anything."""
    problems: list[str] = []
    present = schemas()
    for name, schema in present.items():
        path = home / "schemas" / f"{name}.json"
        if not path.exists():
            problems.append(f"{name}: no frozen schema")
            continue
        frozen = json.loads(path.read_text())
        problems += [f"{name}: {each}" for each in breaking_changes(frozen, schema)]
        if frozen != schema and not problems:
            problems.append(f"{name}: fields were added; write the schemas again")
    for folder in ("schemas", "examples"):
        found = {path.stem for path in (home / folder).glob("*.json")}
        known = set(present) if folder == "schemas" else set(event_types())
        problems += [f"{folder}/{name}.json belongs to no event" for name in sorted(found - known)]
        problems += [f"{folder}/{name}.json is missing" for name in sorted(known - found)]
    written = home / "asyncapi.yaml"
    if not written.exists() or written.read_text() != to_yaml(document(examples(home))):
        problems.append("asyncapi.yaml is not up to date")
    return problems


COMMANDS: Final[dict[str, Callable[[Path], list[str]]]] = {
    "schemas": write_schemas,
    "asyncapi": write_asyncapi,
    "check": check,
}


def main(arguments: list[str]) -> int:
    """Exit code 1 when something may not be as it is."""
    parser = argparse.ArgumentParser(prog="python -m refettorio_contracts", description=__doc__)
    parser.add_argument("command", nargs="?", choices=tuple(COMMANDS), help="none: schemas, then asyncapi")
    parser.add_argument("--home", type=Path, default=HOME, help="folder with schemas, examples and asyncapi.yaml")
    chosen = parser.parse_args(arguments)
    commands = [COMMANDS[chosen.command]] if chosen.command else [write_schemas, write_asyncapi]
    problems = [problem for command in commands for problem in command(chosen.home)]
    for problem in problems:
        sys.stderr.write(problem + "\n")
    return 1 if problems else 0


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
