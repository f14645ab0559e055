"""What closing and sealing need from the world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ledger.domain.accounts import Account
from ledger.domain.sealing import Booked, Period, Root
from refettorio_chassis.audit import Audit
from refettorio_chassis.clock import Clock


class Seals(Protocol):
    """Closed months and published roots, and the book they are made from."""

    async def periods(self) -> Sequence[Period]:
        """Closed ones, oldest first."""
        ...

    async def period(self, month: str) -> Period | None: ...
    async def close(self, period: Period) -> None: ...
    async def booked_between(self, begins_at: datetime, ends_at: datetime) -> Booked:
        """All transfers booked from the first instant on, before the second."""
        ...

    async def roots(self) -> Sequence[Root]:
        """Oldest first."""
        ...

    async def root(self, day: date) -> Root | None: ...
    async def last_root(self) -> Root | None: ...
    async def publish(self, root: Root) -> None: ...
    def accounts_at(self, cut: datetime) -> AsyncIterator[Account]:
        """Accounts with entries booked before `cut`, as they stood then, in order of id; sequence and chain hold."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingPorts:
    """The world of one closing."""

    seals: Seals
    clock: Clock
    audit: Audit
