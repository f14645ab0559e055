"""Ledger, the past of the book: months closed for good, days published, services paid by the month or year charged."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clients.services.transport import Answer, Backend, Nothing, Question

_LEDGER: Final = "/api/ledger/v1"


class Month(Answer):
    """A closed month and what was booked in it; `month` is `2025-10`."""

    month: str
    closed_at: datetime
    transfers: int
    amount_cents: int


class Months(Answer):
    """Closed months."""

    items: tuple[Month, ...]


class Root(Answer):
    """The published root of a day; see services/ledger/README.md for what it covers."""

    day: date
    accounts: int
    entries: int
    digest: str
    previous: str
    root: str


class Roots(Answer):
    """Published roots, oldest first."""

    items: tuple[Root, ...]


class Period(Question):
    """A month (`2025-10`), or a school year (`2025/26`)."""

    period: str


class Dues(Answer):
    """What families owe for a period; `posted` of them were new."""

    period: str
    families: int
    pupils: int
    total_cents: int
    posted: int


@dataclass(frozen=True, slots=True)
class Book:
    """Calls for clerks, `roots` for everybody; each may raise ServiceProblem."""

    backend: Backend

    async def months(self) -> tuple[Month, ...]:
        return (await self.backend.read(f"{_LEDGER}/periods", Months)).items

    async def close(self, month: str) -> None:
        await self.backend.send("POST", f"{_LEDGER}/periods/{month}/close", Nothing)

    async def roots(self) -> tuple[Root, ...]:
        return (await self.backend.read(f"{_LEDGER}/roots", Roots)).items

    async def preview_dues(self, period: str) -> Dues:
        return await self.backend.send("POST", f"{_LEDGER}/subscriptions/preview", Dues, Period(period=period))

    async def charge_dues(self, period: str) -> Dues:
        """Charge who was not charged yet: again is once."""
        return await self.backend.send("POST", f"{_LEDGER}/subscriptions", Dues, Period(period=period))
