"""What the decisions of the office need from the world, besides the book."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ledger.domain.accounts import Account
from ledger.domain.dunning import DEFAULT_STEPS, Arrangement, DunningCase, DunningStep
from ledger.domain.notices import Notice
from ledger.domain.refunds import Refund, RefundBatch, RefundState
from ledger.domain.tariffs import TariffAssignment
from ledger.domain.year_close import YearClosing, YearLine
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import Audit


class Refunds(Protocol):
    """Requests and the files made of them."""

    async def refund(self, refund_id: str) -> Refund | None: ...
    async def open_refund(self, account_id: str) -> Refund | None:
        """The one still to be decided."""
        ...

    async def keep_refund(self, refund: Refund) -> None: ...
    async def refunds_in(self, state: RefundState) -> Sequence[Refund]:
        """Oldest first."""
        ...

    async def batch(self, batch_id: str) -> RefundBatch | None: ...
    async def keep_batch(self, batch: RefundBatch) -> None: ...


class Enrolments(Protocol):
    """Who pays for whom."""

    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]: ...


class Closings(Protocol):
    """School years being closed."""

    async def holders(self) -> int: ...
    async def holders_after(self, account_id: str | None, limit: int) -> Sequence[Account]:
        """Families' accounts in order of id."""
        ...

    async def closing(self, school_year: str) -> YearClosing | None: ...
    async def keep_closing(self, closing: YearClosing) -> None: ...
    async def settled_among(self, school_year: str, account_ids: Collection[str]) -> Collection[str]:
        """Those that have their line already."""
        ...

    async def keep_lines(self, lines: Sequence[YearLine]) -> None: ...
    async def last_line(self, account_id: str) -> YearLine | None:
        """Of the last year closed."""
        ...


class Dunning(Protocol):
    """Reminders, and what suspends them."""

    async def debtors(self) -> Sequence[str]:
        """Families' accounts below zero, the deepest first."""
        ...

    async def debt_since(self, account_id: str) -> date:
        """The day (Rome) on which the balance fell below zero; only for who owes."""
        ...

    async def case(self, account_id: str) -> DunningCase | None: ...
    async def keep_case(self, case: DunningCase) -> None: ...
    async def arrangement(self, arrangement_id: str) -> Arrangement | None: ...
    async def arrangements_of(self, account_id: str) -> Sequence[Arrangement]:
        """Newest first."""
        ...

    async def keep_arrangement(self, arrangement: Arrangement) -> None: ...
    async def paid_since(self, account_id: str, moment: datetime) -> int: ...
    async def balance_at(self, account_id: str, moment: datetime) -> int:
        """In cents, after what was booked up to `moment`."""
        ...

    async def keep_beginning(self, notice: Notice, at: datetime) -> None:
        """Somebody began to pay; the last time holds."""
        ...

    async def in_flight_cents(self, account_id: str, *, began_after: datetime) -> int:
        """Of notices that somebody began to pay and that are not paid yet."""
        ...

    async def network_down_since(self) -> datetime | None: ...
    async def keep_network(self, down_since: datetime | None, *, by: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningPolicy:
    """What the municipality decides about reminders; a payment begun counts for `in_flight_minutes`."""

    steps: tuple[DunningStep, ...] = DEFAULT_STEPS
    in_flight_minutes: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPorts:
    """The world of one decision. `checked_iban` gives it compact or raises IbanNotValidError."""

    world: Ports
    audit: Audit
    refunds: Refunds
    enrolments: Enrolments
    closings: Closings
    dunning: Dunning
    dunning_policy: DunningPolicy
    checked_iban: Callable[[str], str]
    new_id: Callable[[str], str]
