"""The audit: one line for each act somebody must answer for, added in the transaction of the act, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

AUDIT: Final = "audit"
"""The collection."""

Details = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who really acts in place of a subject, and in which `capacity` (RFC 8693, 4.1: the actor)."""

    who: str
    capacity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: `subject` in `role`; `acting` when somebody else does it in their place."""

    subject: str
    role: str
    acting: Acting | None = None

    @property
    def person(self) -> str:
        """Whose hand it really was."""
        return self.acting.who if self.acting else self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """`who`, in `role`, did `what` on `subject` at `at` (aware UTC), and why.

    When somebody else did it in the place of `who`: `acted_by`, in the capacity `acted_as`.

    Identifiers, roles and words of ours only: never a name, a fiscal code or a contact, in `details` neither.
    """

    who: str
    role: str
    what: str
    subject: str
    at: datetime
    reason: str | None = None
    acted_by: str | None = None
    acted_as: str | None = None
    details: Details = field(default_factory=dict)


class Audit(Protocol):
    """Writes the line down, if the transaction commits."""

    async def __call__(self, line: AuditLine) -> None: ...


def audit_line(
    by: Actor, what: str, subject: str, *, at: datetime, reason: str | None = None, details: Details | None = None
) -> AuditLine:
    """The line for one act of `by`."""
    return AuditLine(
        who=by.subject,
        role=str(by.role),
        what=what,
        subject=subject,
        at=at,
        reason=reason,
        acted_by=by.acting.who if by.acting else None,
        acted_as=by.acting.capacity if by.acting else None,
        details=dict(details or {}),
    )


async def audit_forgotten(audit: Audit, gone: Mapping[str, int], *, service: str, at: datetime) -> None:
    """One line for each rule of retention by which something went: how many, and never what."""
    for rule, number in gone.items():
        if number:
            by, details = Actor(subject=service, role="system"), {"number": str(number)}
            await audit(audit_line(by, "forget-by-rule", rule, at=at, details=details))
