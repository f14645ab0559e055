"""Days on which a school or a class has no service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrollment.domain.identifiers import ClassId, SchoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The whole school is closed on `day`; `reason` is a short public text. `version` counts the changes."""

    school_id: SchoolId
    day: date
    reason: str
    is_closed: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """One class does not eat on `day` (trip, strike of its teachers)."""

    class_id: ClassId
    school_id: SchoolId
    day: date
    reason: str
