"""Closed months, published roots, and what a balance was at an instant or for a value day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel

from ledger.domain.errors import AccountNotFoundError, RootNotFoundError
from ledger.domain.sealing import Month, Period, Root
from ledger.inbound.http_bodies import Items
from ledger.inbound.views import API
from ledger.usecases.close_period import close_period
from ledger.usecases.sealing_ports import SealingPorts
from refettorio_chassis.audit import Actor
from refettorio_chassis.auth import Caller, caller_with, open_to_all
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
MonthName = Annotated[str, Path(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class Reading(Protocol):
    """What is read for these pages, outside any transaction."""

    async def periods(self) -> Sequence[Period]: ...
    async def roots(self) -> Sequence[Root]: ...
    async def root(self, day: date) -> Root | None: ...
    async def balance_at(self, account_id: str, at: datetime | None, value_day: date | None) -> int | None:
        """Booked up to `at` and of value up to `value_day`, both inside; None where there is no account."""
        ...


class PeriodView(BaseModel):
    """A closed month and what was booked in it."""

    month: str
    closed_at: datetime
    closed_by: str
    transfers: int
    amount_cents: int


class RootView(BaseModel):
    """`root` = SHA-256 of `previous|day|accounts|entries|digest`, in hexadecimal; `previous` is the root before."""

    day: date
    cut: datetime
    accounts: int
    entries: int
    digest: str
    previous: str
    root: str


class BalanceView(BaseModel):
    """What the account held."""

    account_id: str
    at: datetime | None
    value_day: date | None
    balance_cents: int


def router(run: Runner[SealingPorts], reading: Reading, readings: Readings) -> APIRouter:
    """Months and balances for the office."""
    routes = APIRouter(prefix=API, tags=["book"])

    @routes.get("/periods")
    async def periods(_caller: OfficeReader) -> Items[PeriodView]:
        return Items(items=[_period_view(period) for period in await reading.periods()])

    @routes.post("/periods/{month}/close")
    async def close(caller: Office, month: MonthName) -> PeriodView:
        by = Actor(subject=caller.subject, role="office", acting=caller.acting)
        return _period_view(await run(close_period, Month.named(month), by=by))

    @routes.get("/accounts/{account_id}/balance")
    async def balance(
        caller: OfficeReader,
        account_id: str,
        at: Annotated[AwareDatetime | None, Query()] = None,
        value_day: Annotated[date | None, Query()] = None,
    ) -> BalanceView:
        cents = await reading.balance_at(account_id, at, value_day)
        if cents is None:
            message = "Il conto non esiste."
            raise AccountNotFoundError(message)
        await readings.note(caller, "account-read", [account_id], of=account_id)
        return BalanceView(account_id=account_id, at=at, value_day=value_day, balance_cents=cents)

    return routes


def public_router(reading: Reading) -> APIRouter:
    """Roots, for anyone who wants to check that the book only grows."""
    routes = APIRouter(prefix=API, tags=["book"], dependencies=[Depends(open_to_all)])

    @routes.get("/roots")
    async def roots() -> Items[RootView]:
        return Items(items=[_root_view(root) for root in await reading.roots()])

    @routes.get("/roots/{day}")
    async def root(day: date) -> RootView:
        found = await reading.root(day)
        if found is None:
            message = "Per questo giorno non è pubblicata alcuna impronta."
            raise RootNotFoundError(message, day=day.isoformat())
        return _root_view(found)

    return routes


def _period_view(period: Period) -> PeriodView:
    return PeriodView(
        month=period.month,
        closed_at=period.closed_at,
        closed_by=period.closed_by,
        transfers=period.booked.transfers,
        amount_cents=period.booked.cents,
    )


def _root_view(root: Root) -> RootView:
    return RootView(
        day=root.day,
        cut=root.cut,
        accounts=root.accounts,
        entries=root.entries,
        digest=root.digest,
        previous=root.previous,
        root=root.root,
    )
