"""The administrator's role is given by two: one administrator proposes, another confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from identity.domain.fiscal_code import FiscalCode
from identity.domain.roles import ADMINISTRATOR, StaffGrant

PROPOSAL_LIMIT: Final = timedelta(days=7)
"""A proposal nobody confirmed in a week is no longer fresh in anybody's mind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffProposal:
    """The grant that `proposed_by` (a guardian id) wants; at most one waits for each person."""

    staff_id: str
    fiscal_code: FiscalCode
    roles: frozenset[str]
    classes: frozenset[str]
    schools: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    last_day: date | None
    proposed_at: datetime
    proposed_by: str

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be confirmed."""
        return now < self.proposed_at + PROPOSAL_LIMIT


def wants_second(known: StaffGrant | None, roles: frozenset[str], last_day: date | None, today: date) -> bool:
    """Whether a grant makes an administrator, or lets one be for longer."""
    if ADMINISTRATOR not in roles:
        return False
    if known is None or not known.gives(ADMINISTRATOR, today):
        return True
    return known.last_day is not None and (last_day is None or last_day > known.last_day)
