"""Acting for a guardian: a delegate by their delegation, a clerk of the office at the counter. One rule for both.

Whoever acts reaches what their scopes name and nothing else (RFC 8693: `sub` is the guardian, `act` who really acts).
What is a guardian's alone has no scope at all: contacts, sessions, delegations, the access log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from identity.domain.delegation import DELEGABLE, Delegation
from identity.domain.fiscal_code import FiscalCode
from identity.domain.roles import OFFICE, StaffGrant

COUNTER: Final = "counter"
"""What a family does at the counter besides: enrolling, refunds, instalments, certificates. Never a delegate's."""
COUNTER_SCOPES: Final = frozenset({*DELEGABLE, COUNTER})
COUNTER_LIMIT: Final = timedelta(minutes=30)
"""As long as a family may be at the counter; it ends by itself."""
NOTHING: Final = frozenset[str]()


class Capacity(StrEnum):
    """As what somebody acts for a guardian."""

    DELEGATE = "delegate"
    CLERK = "clerk"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFor:
    """What a session keeps while its person acts for `guardian_id`: by a delegation, or else at the counter."""

    guardian_id: str
    begun_at: datetime
    delegation_id: str | None = None

    @property
    def capacity(self) -> Capacity:
        """By a delegation or as a clerk."""
        return Capacity.DELEGATE if self.delegation_id else Capacity.CLERK

    def scopes_of_delegate(self, delegation: Delegation | None, code: FiscalCode, today: date) -> frozenset[str]:
        """What the person with `code` reaches by their delegation as it is now; nothing once it is over."""
        is_theirs = delegation is not None and (delegation.guardian_id, delegation.delegate) == (self.guardian_id, code)
        return delegation.scopes if delegation and is_theirs and delegation.holds(today) else NOTHING

    def scopes_of_clerk(self, grant: StaffGrant | None, now: datetime, today: date) -> frozenset[str]:
        """What a clerk reaches at the counter; nothing once the time or their role is over."""
        is_clerk = grant is not None and grant.gives(OFFICE, today)
        return COUNTER_SCOPES if is_clerk and now < self.begun_at + COUNTER_LIMIT else NOTHING
