"""Closing a school year: what becomes of each holder's balance.

No money moves by itself. A holder has one account for all years: the residual of who stays is there to be spent next
year, that of who leaves waits for a request with an IBAN. What a refund already asks for is held back and settles
nothing: its own decision does. Each account is settled by one line, once per year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ledger.domain.accounts import Account
from ledger.domain.decision_errors import YearNotClosableError, YearNotOverError
from ledger.domain.school_year import school_year_of
from ledger.domain.tariffs import TariffAssignment

FIRST_CLOSING_MONTH: Final = 6
"""Meals end in June (regional school calendars): from 1 June on the office may begin to settle."""

_YEAR: Final = re.compile(r"20([0-9]{2})/([0-9]{2})")


class Outcome(StrEnum):
    """What the closing says of an account."""

    CARRIED_OVER = "carried-over"
    REFUND_DUE = "refund-due"
    DEBT_DUE = "debt-due"
    EVEN = "even"


class ClosingState(StrEnum):
    """`running` until the last account has its line."""

    RUNNING = "running"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLine:
    """One account at the end of one school year; `balance_cents` is what it had when it was settled.

    `held_cents` of it were waiting for the decision on a refund.
    """

    school_year: str
    account_id: str
    outcome: Outcome
    balance_cents: int
    settled_at: datetime
    held_cents: int = 0

    @property
    def left_cents(self) -> int:
        """What the outcome speaks of: the debt, or the credit nobody has asked for yet."""
        return self.balance_cents - self.held_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many accounts ended so, what they have left together, and what is held back besides."""

    accounts: int = 0
    cents: int = 0
    held_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class YearClosing:
    """How far the closing is. `last_account` is where it goes on from; totals are by outcome."""

    school_year: str
    state: ClosingState
    started_at: datetime
    started_by: str
    accounts_to_settle: int
    accounts_settled: int = 0
    last_account: str | None = None
    totals: Mapping[str, Total] = field(default_factory=lambda: MappingProxyType({}))
    closed_at: datetime | None = None

    def settled(self, lines: Iterable[YearLine], *, last_account: str) -> YearClosing:
        """One page further."""
        fresh = list(lines)
        return replace(
            self,
            accounts_settled=self.accounts_settled + len(fresh),
            last_account=last_account,
            totals=added(self.totals, fresh),
        )

    def closed(self, at: datetime) -> YearClosing:
        """Nothing is left to settle."""
        return replace(self, state=ClosingState.CLOSED, closed_at=at)

    def again(self, *, accounts_to_settle: int) -> YearClosing:
        """Once more from the first account, for those that came since."""
        return replace(
            self, state=ClosingState.RUNNING, last_account=None, accounts_to_settle=accounts_to_settle, closed_at=None
        )


def added(totals: Mapping[str, Total], lines: Iterable[YearLine]) -> Mapping[str, Total]:
    """The totals with some more lines."""
    grown = dict(totals)
    for line in lines:
        before = grown.get(line.outcome.value, Total())
        grown[line.outcome.value] = Total(
            accounts=before.accounts + 1,
            cents=before.cents + line.left_cents,
            held_cents=before.held_cents + line.held_cents,
        )
    return grown


def closable(school_year: str, today: date) -> str:
    """The year, if it can be closed on `today`. Raises YearNotClosableError, YearNotOverError."""
    found = _YEAR.fullmatch(school_year)
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        message = "L'anno scolastico si scrive come 2025/26."
        raise YearNotClosableError(message, school_year=school_year)
    first = date(2000 + int(found[1]) + 1, FIRST_CLOSING_MONTH, 1)
    if today < first:
        message = f"L'anno scolastico {school_year} si può chiudere dal {first:%d/%m/%Y}."
        raise YearNotOverError(message, school_year=school_year, from_day=first.isoformat())
    return school_year


def settle(account: Account, assignments: Iterable[TariffAssignment], *, school_year: str, at: datetime) -> YearLine:
    """The line of one account. Who has a pupil enrolled from a later school year on stays."""
    stays = any(school_year_of(assignment.valid_from) > school_year for assignment in assignments)
    held_cents = max(0, account.balance_cents - max(0, account.available_cents))
    return YearLine(
        school_year=school_year,
        account_id=account.account_id,
        outcome=_outcome(account.balance_cents - held_cents, stays=stays),
        balance_cents=account.balance_cents,
        settled_at=at,
        held_cents=held_cents,
    )


def _outcome(left_cents: int, *, stays: bool) -> Outcome:
    if left_cents == 0:
        return Outcome.EVEN
    if left_cents < 0:
        return Outcome.DEBT_DUE
    return Outcome.CARRIED_OVER if stays else Outcome.REFUND_DUE
