"""What is wrong with a book: told by the proof, invariant by invariant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MOST_SHOWN: Final = 50
"""Findings kept: a broken book has one cause and a million symptoms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken invariant. Identifiers only."""

    invariant: str
    subject: str
    problem: str


@dataclass(slots=True)
class Findings:
    """What was found; counted for ever, kept up to a limit."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, invariant: str, subject: str, problem: str) -> None:
        """Note a broken invariant."""
        self.count += 1
        if len(self.kept) < MOST_SHOWN:
            self.kept.append(Finding(invariant=invariant, subject=subject, problem=problem))
