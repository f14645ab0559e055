"""Who takes the roll, or corrects it."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.domain.role import Role
from refettorio_chassis import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor(audit.Actor):
    """The caller, in one of the roles the rules of the roll know. `operator`: who holds the tablet, when it is one."""

    role: Role
    operator: str | None = None
