"""Who acts, and what the office did: one line for each decision, kept for whoever must answer for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """As whom the roll is taken: the canteen staff at a tablet, or the office."""

    CANTEEN = "canteen"
    OFFICE = "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The caller: `subject` in `role`; `acting_clerk` when a clerk acts in place of the subject."""

    subject: str
    role: Role
    acting_clerk: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """`who` did `what` on `subject` (an identifier, never a name) at `at` (aware UTC), and why."""

    who: str
    role: str
    what: str
    subject: str
    at: datetime
    reason: str
    acting_clerk: str | None = None


def audit_line(actor: Actor, what: str, subject: str, *, at: datetime, reason: str) -> AuditLine:
    """The line for one decision of `actor`."""
    return AuditLine(
        who=actor.subject,
        role=actor.role.value,
        what=what,
        subject=subject,
        at=at,
        reason=reason,
        acting_clerk=actor.acting_clerk,
    )
