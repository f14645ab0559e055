"""Values that nothing but one person's data can be, and where they turn up."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus


@dataclass
class Marks:
    """Marked values by what they are."""

    of: dict[str, str] = field(default_factory=dict)

    def add(self, **values: str) -> None:
        """More values; a name of them says what they are."""
        self.of |= {name.replace("_", " "): value for name, value in values.items()}

    def found_in(self, text: str) -> list[str]:
        """What of them stands in `text`, in any case of letters, also as addresses write it. Never the value itself."""
        plain = {text.lower(), unquote_plus(text).lower()}
        return sorted(name for name, value in self.of.items() if any(_stands_in(value, each) for each in plain))

    def found_in_strings(self, document: Any) -> list[str]:
        """The same for the strings of a document: its numbers are times, durations and offsets."""
        return self.found_in("\n".join(strings_of(document)))


def _stands_in(value: str, text: str) -> bool:
    value = value.lower()
    if value not in text:
        return False
    # Six digits are somewhere in every longer number, and behind the point of every instant.
    return not value.isdigit() or re.search(rf"(?<![\w.]){value}(?!\w)", text) is not None


def strings_of(document: Any) -> Iterator[str]:
    """Every string of a JSON document or of a document of MongoDB, names of fields included; bytes as text."""
    match document:
        case str():
            yield document
        case bytes():
            yield document.decode(errors="replace")
        case dict():
            for name, value in document.items():
                yield from (str(name), *strings_of(value))
        case list() | tuple():
            for value in document:
                yield from strings_of(value)


def lines_with(marks: Marks, log: str) -> list[str]:
    """Which marks stand in which line of a log: the line's first words tell where, without what it says."""
    found = []
    for number, line in enumerate(log.splitlines(), start=1):
        if names := marks.found_in(line):
            found.append(f"line {number} ({_event_of(line)}): {', '.join(names)}")
    return found


def _event_of(line: str) -> str:
    try:
        told = json.loads(line)
    except ValueError:
        return "no JSON"
    return str(told.get("event", told.get("path", "?")))[:60] if isinstance(told, dict) else "?"
