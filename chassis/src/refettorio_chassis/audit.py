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
class Actor:
    """Who acts: `subject` in `role`; `acting_clerk` when a clerk acts in place of the subject."""

    subject: str
    role: str
    acting_clerk: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """`who`, in `role`, did `what` on `subject` at `at` (aware UTC), and why.

    Identifiers, roles and words of ours only: never a name, a fiscal code or a contact, in `details` neither.
    """

    who: str
    role: str
    what: str
    subject: str
    at: datetime
    reason: str | None = None
    acting_clerk: str | None = None
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
        acting_clerk=by.acting_clerk,
        details=dict(details or {}),
    )
