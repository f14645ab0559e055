"""What makes the past of the book final: months that are closed, and a root published for every day.

A closed month keeps how much was booked in it; nothing is ever booked in it again, late facts are booked now with their
own value day. The root of a day covers the chain of every account at the end of the day and the root before it: who
holds yesterday's root can see that today's follows it, and `verify` computes all of them again from the journal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from ledger.domain.errors import PeriodOpenError

FIRST_PREVIOUS: Final = "0" * 64
"""What the first root follows."""

SETTLING: Final = timedelta(minutes=5)
"""After the end of a day, before it is final: a transaction that began before midnight has ended (MongoDB: 60 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """How many transfers were booked, and their cents."""

    transfers: int = 0
    cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A calendar month; its days are those of the time zone that the instants are given in."""

    year: int
    number: int

    @classmethod
    def named(cls, name: str) -> Month:
        """`2025-10`."""
        return cls(year=int(name[:4]), number=int(name[5:7]))

    @property
    def name(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def first_day_after(self) -> date:
        return (self.first_day + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A closed month: instants `begins_at` (inside) and `ends_at` (outside), who closed it, what was booked in it."""

    month: str
    begins_at: datetime
    ends_at: datetime
    closed_at: datetime
    closed_by: str
    booked: Booked

    def holds(self, booked_at: datetime) -> bool:
        """Whether the instant is inside."""
        return self.begins_at <= booked_at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The root of the book at the end of `day`, at the instant `cut`. `digest` covers the accounts, `root` all."""

    day: date
    cut: datetime
    accounts: int
    entries: int
    digest: str
    previous: str
    root: str


class ChainDigest:
    """Digest of the chains of accounts, given in order of id."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.accounts = 0
        self.entries = 0

    def add(self, account_id: str, sequence: int, chain: bytes) -> None:
        """One account that has entries."""
        self._hash.update(f"{account_id}|{sequence}|{chain.hex()}\n".encode())
        self.accounts += 1
        self.entries += sequence

    def hex(self) -> str:
        """The digest so far."""
        return self._hash.hexdigest()


def root_after(previous: str, *, day: date, cut: datetime, chains: ChainDigest) -> Root:
    """The root that follows `previous`."""
    digest = chains.hex()
    return Root(
        day=day,
        cut=cut,
        accounts=chains.accounts,
        entries=chains.entries,
        digest=digest,
        previous=previous,
        root=root_hash(previous, day, chains.accounts, chains.entries, digest),
    )


def root_hash(previous: str, day: date, accounts: int, entries: int, digest: str) -> str:
    """SHA-256 of `previous|day|accounts|entries|digest`: anyone can compute it from what is published."""
    return hashlib.sha256(f"{previous}|{day.isoformat()}|{accounts}|{entries}|{digest}".encode()).hexdigest()


def start_of(day: date, zone: tzinfo) -> datetime:
    """The first instant of `day`, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def require_over(ends_at: datetime, now: datetime) -> None:
    """Raises PeriodOpenError while something may still be booked before `ends_at`."""
    if now < ends_at + SETTLING:
        message = "Il periodo non è ancora finito: si può chiudere solo dopo l'ultimo giorno."
        raise PeriodOpenError(message, ends_at=ends_at.isoformat())
