"""Ledger: balance, statement, notices, checkouts. Amounts are cents."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from clients.services.transport import Answer, Backend, Download, Nothing, Query, Question

NoticeState = Literal["payable", "paid", "cancelled", "expired"]


class Account(Answer):
    """How an account stands; what is in flight was begun at a payment provider and has no receipt yet.

    What is reserved waits for a decision about a refund; meals may be charged on it all the same.
    """

    account_id: str
    balance_cents: int
    updated_at: datetime | None = None
    meals_left: int | None = None
    suggested_top_up_cents: int | None = None
    debt_cents: int = 0
    payment_in_flight_cents: int = 0
    reserved_cents: int = 0
    available_cents: int | None = None

    @property
    def free_cents(self) -> int:
        """What may be asked back or moved; never below zero."""
        return max(0, self.balance_cents if self.available_cents is None else self.available_cents)


class Accounts(Answer):
    """A list of accounts."""

    items: tuple[Account, ...]


class Why(Answer):
    """Why an entry has its amount: tariff, resolution and family situation that set the price, and who marked.

    Brackets are `[from, to)` in cents of ISEE; `before_cents` is there when a price was changed afterwards, `period`
    (`2025-10`, `2025/26`) when it is not of a meal. `second_percent` where two guardians share it; on the line of a
    share `whole_cents` is what was shared.
    """

    tariff_version: str = ""
    resolution: str | None = None
    valid_from: date | None = None
    price_cents: int | None = None
    marked_at: datetime | None = None
    marked_by: str | None = None
    period: str | None = None
    before_cents: int | None = None
    reason: str | None = None
    isee_cents: int | None = None
    bracket_from_cents: int | None = None
    bracket_to_cents: int | None = None
    rank: int | None = None
    siblings: int | None = None
    is_resident: bool | None = None
    reduction: str | None = None
    second_percent: int | None = None
    whole_cents: int | None = None


class Entry(Answer):
    """One line of the statement; `amount_cents` is positive when it adds credit."""

    entry_id: str
    booked_at: datetime
    value_day: date | None = None
    kind: str
    description: str
    pupil_id: str | None = None
    amount_cents: int
    balance_after_cents: int
    why: Why | None = None
    notice_number: str | None = None


class Statement(Answer):
    """Entries, newest first."""

    items: tuple[Entry, ...]


class Notice(Answer):
    """A payment notice: 18 digits that any payment provider of pagoPA accepts.

    With a `plan_id` it is one of several for one amount: `instalment` of `instalments`, or all of it at once.
    """

    notice_number: str
    iuv: str = ""
    amount_cents: int
    due_date: date | None = None
    state: NoticeState = "payable"
    plan_id: str | None = None
    instalment: int | None = None
    instalments: int | None = None


class Notices(Answer):
    """Notices, newest first."""

    items: tuple[Notice, ...]


class TopUp(Question):
    """How much to pay, for which service."""

    amount_cents: int
    service: str


class Checkout(Answer):
    """Where the browser goes to pay by card."""

    notice_number: str
    redirect_url: str


class OpeningBalance(Question):
    """A balance carried over from the previous system."""

    account_id: str
    amount_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Calls to the ledger service; each may raise ServiceProblem."""

    backend: Backend

    async def account(self) -> Account:
        return await self.backend.read("/api/ledger/v1/account", Account)

    async def statement(self, *, first: date | None = None, last: date | None = None) -> tuple[Entry, ...]:
        """Newest first; both ends included."""
        return (await self.backend.read("/api/ledger/v1/account/statement", Statement, _span(first, last))).items

    async def statement_file(self, kind: str, *, first: date | None = None, last: date | None = None) -> Download:
        """The movements as `csv` or `pdf`."""
        return await self.backend.download(f"/api/ledger/v1/account/statement.{kind}", _span(first, last))

    async def certificate(self, year: int, *, pupil_id: str = "") -> Download:
        """What was paid in a calendar year, for one child or for all."""
        return await self.backend.download(f"/api/ledger/v1/account/certificates/{year}.pdf", {"pupil_id": pupil_id})

    async def issue_notice(self, top_up: TopUp) -> Notice:
        return await self.backend.send("POST", "/api/ledger/v1/notices", Notice, top_up)

    async def notices(self) -> tuple[Notice, ...]:
        return (await self.backend.read("/api/ledger/v1/notices", Notices)).items

    async def notice(self, notice_number: str) -> Notice:
        return await self.backend.read(f"/api/ledger/v1/notices/{notice_number}", Notice)

    async def letter(self, notice_number: str) -> Download:
        return await self.backend.download(f"/api/ledger/v1/notices/{notice_number}/letter.pdf")

    async def checkout(self, top_up: TopUp) -> Checkout:
        return await self.backend.send("POST", "/api/ledger/v1/checkouts", Checkout, top_up)

    async def accounts_in_debt(self) -> tuple[Account, ...]:
        return (await self.backend.read("/api/ledger/v1/accounts", Accounts, {"in_debt": "true"})).items

    async def account_of(self, account_id: str) -> Account:
        return await self.backend.read(f"/api/ledger/v1/accounts/{account_id}", Account)

    async def statement_file_of(self, account_id: str, kind: str) -> Download:
        """Any family's movements as `csv` or `pdf`."""
        return await self.backend.download(f"/api/ledger/v1/accounts/{account_id}/statement.{kind}")

    async def statement_of(self, account_id: str) -> tuple[Entry, ...]:
        return (await self.backend.read(f"/api/ledger/v1/accounts/{account_id}/statement", Statement)).items

    async def open_balance(self, opening: OpeningBalance) -> None:
        await self.backend.send("POST", "/api/ledger/v1/opening-balances", Nothing, opening)


def _span(first: date | None, last: date | None) -> Query:
    """Both ends included."""
    return {"from": first.isoformat() if first else None, "to": last.isoformat() if last else None}
