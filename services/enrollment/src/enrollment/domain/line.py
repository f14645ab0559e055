"""Lines of transport (linee dello scuolabus), as the office sets them up."""

from __future__ import annotations

from dataclasses import dataclass

from enrollment.domain.identifiers import LineId, SchoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line and the schools it serves, at least one."""

    line_id: LineId
    name: str
    school_ids: frozenset[SchoolId]
