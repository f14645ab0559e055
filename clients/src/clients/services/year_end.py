"""Ledger, the end of a school year: look, start, watch. Years in addresses are `2025-26`; amounts are cents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clients.services.transport import Answer, Backend

_CLOSINGS: Final = "/api/ledger/v1/year-closings"


class Total(Answer):
    """How many accounts end so, what they have left together, and what waits for the decision on a refund."""

    outcome: str
    accounts: int
    cents: int
    held_cents: int = 0


class Line(Answer):
    """One account at the end of the year; `held_cents` of the balance wait for the decision on a refund."""

    account_id: str
    outcome: str
    balance_cents: int
    held_cents: int = 0


class Lines(Answer):
    """Accounts of one outcome."""

    items: tuple[Line, ...]


class Preview(Answer):
    """What closing would say now; `lines` are the accounts somebody has to act upon."""

    school_year: str
    accounts: int
    totals: tuple[Total, ...]
    lines: tuple[Line, ...]


class Closing(Answer):
    """How far the closing is."""

    school_year: str
    state: str
    started_at: datetime
    accounts_to_settle: int
    accounts_settled: int
    totals: tuple[Total, ...]
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class YearEnd:
    """Calls for clerks; each may raise ServiceProblem."""

    backend: Backend

    async def closing(self, year: str) -> Closing:
        """404 while nobody has started it."""
        return await self.backend.read(f"{_CLOSINGS}/{year}", Closing)

    async def preview(self, year: str) -> Preview:
        return await self.backend.send("POST", f"{_CLOSINGS}/{year}/preview", Preview)

    async def run(self, year: str) -> Closing:
        """Start it; what was started goes on by itself, and starting again changes nothing."""
        return await self.backend.send("POST", f"{_CLOSINGS}/{year}/run", Closing)

    async def lines(self, year: str, outcome: str) -> tuple[Line, ...]:
        return (await self.backend.read(f"{_CLOSINGS}/{year}/lines", Lines, {"outcome": outcome})).items
