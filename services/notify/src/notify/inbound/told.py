"""What an event becomes for a guardian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message to a guardian: its template, and the values the template asks for."""

    guardian_id: str
    template: str
    values: Mapping[str, object]
