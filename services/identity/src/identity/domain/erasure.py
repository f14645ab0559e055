"""A person asks for the erasure of what the municipality need not keep: Regulation (EU) 2016/679, art. 17."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

OPEN: Final = "open"
WITHDRAWN: Final = "withdrawn"
GRANTED: Final = "granted"
REFUSED: Final = "refused"
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest:
    """`decided_by` decided it at `decided_at`, for the `reason` the person reads; who takes it back gives none.

    `state`: `open`, `withdrawn`, `granted` or `refused`.
    """

    request_id: str
    guardian_id: str
    asked_at: datetime
    state: str = OPEN
    decided_by: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    def withdrawn(self, at: datetime) -> ErasureRequest:
        """Taken back by who asked."""
        return replace(self, state=WITHDRAWN, decided_by=self.guardian_id, decided_at=at)

    def decided(self, state: str, *, by: str, reason: str, at: datetime) -> ErasureRequest:
        """Answered by the office."""
        return replace(self, state=state, decided_by=by, reason=reason, decided_at=at)


def answer_by(asked_on: date) -> date:
    """The day of the next month, or the last of that month: art. 12, par. 3. Both are Rome days."""
    last_month = asked_on.month == _MONTHS
    year, month = (asked_on.year + 1, 1) if last_month else (asked_on.year, asked_on.month + 1)
    return date(year, month, min(asked_on.day, monthrange(year, month)[1]))
