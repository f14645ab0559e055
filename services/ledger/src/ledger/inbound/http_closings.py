"""The year-end wizard: look, start, watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from ledger.domain.decision_errors import ClosingNotFoundError
from ledger.domain.year_close import Outcome, Total, YearClosing, YearLine
from ledger.inbound.http_bodies import Items
from ledger.inbound.http_refunds import actor
from ledger.inbound.views import API
from ledger.usecases.close_year import preview_closing, start_closing
from ledger.usecases.decision_ports import DecisionPorts
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
YearInPath = Annotated[str, Path(pattern=r"^20[0-9]{2}-[0-9]{2}$", description="`2025-26`")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TotalView(_Body):
    """How many accounts end so, what they have left together, and what waits for the decision on a refund."""

    outcome: str
    accounts: int
    cents: int
    held_cents: int


class LineView(_Body):
    """One account at the end of the year; `held_cents` of the balance wait for the decision on a refund."""

    account_id: str
    outcome: str
    balance_cents: int
    held_cents: int
    settled_at: datetime | None


class PreviewView(_Body):
    """What a closing would say now; `lines` are the accounts somebody has to act upon."""

    school_year: str
    accounts: int
    totals: list[TotalView]
    lines: list[LineView]


class ClosingView(_Body):
    """How far the closing is."""

    school_year: str
    state: str
    started_at: datetime
    accounts_to_settle: int
    accounts_settled: int
    totals: list[TotalView]
    closed_at: datetime | None


class ClosingQueries(Protocol):
    """Reading for pages."""

    async def closing(self, school_year: str) -> YearClosing | None: ...
    async def lines_of(self, school_year: str, outcome: Outcome) -> Sequence[YearLine]: ...


@dataclass(frozen=True, kw_only=True)
class ClosingDesk:
    """What the routes need; `started` wakes who settles."""

    run: Runner[DecisionPorts]
    queries: ClosingQueries
    started: Callable[[], None]
    readings: Readings


def router(desk: ClosingDesk) -> APIRouter:
    """Starting answers at once: the settling goes on behind, page by page."""
    routes = APIRouter(prefix=f"{API}/year-closings/{{year}}", tags=["year end"])

    @routes.post("/preview")
    async def preview(caller: OfficeReader, year: YearInPath) -> PreviewView:
        seen = await desk.run(preview_closing, year.replace("-", "/"))
        await desk.readings.note(caller, "year-lines-listed", (line.account_id for line in seen.lines))
        return PreviewView(
            school_year=seen.school_year,
            accounts=seen.accounts,
            totals=_totals(seen.totals),
            lines=[_line(line, settled=False) for line in seen.lines],
        )

    @routes.post("/run")
    async def run(caller: Office, year: YearInPath) -> ClosingView:
        closing = await desk.run(start_closing, year.replace("-", "/"), by=actor(caller))
        desk.started()
        return _view(closing)

    @routes.get("")
    async def progress(_caller: OfficeReader, year: YearInPath) -> ClosingView:
        return _view(await _found(desk, year))

    @routes.get("/lines")
    async def lines(caller: OfficeReader, year: YearInPath, outcome: Outcome) -> Items[LineView]:
        closing = await _found(desk, year)
        found = await desk.queries.lines_of(closing.school_year, outcome)
        await desk.readings.note(caller, "year-lines-listed", (line.account_id for line in found), of=outcome.value)
        return Items(items=[_line(line, settled=True) for line in found])

    return routes


async def _found(desk: ClosingDesk, year: str) -> YearClosing:
    closing = await desk.queries.closing(year.replace("-", "/"))
    if closing is None:
        raise ClosingNotFoundError("La chiusura di questo anno non è stata avviata.", school_year=year)
    return closing


def _totals(totals: Mapping[str, Total]) -> list[TotalView]:
    return [
        TotalView(outcome=outcome, accounts=total.accounts, cents=total.cents, held_cents=total.held_cents)
        for outcome, total in sorted(totals.items())
    ]


def _line(line: YearLine, *, settled: bool) -> LineView:
    return LineView(
        account_id=line.account_id,
        outcome=line.outcome.value,
        balance_cents=line.balance_cents,
        held_cents=line.held_cents,
        settled_at=line.settled_at if settled else None,
    )


def _view(closing: YearClosing) -> ClosingView:
    return ClosingView(
        school_year=closing.school_year,
        state=closing.state.value,
        started_at=closing.started_at,
        accounts_to_settle=closing.accounts_to_settle,
        accounts_settled=closing.accounts_settled,
        totals=_totals(closing.totals),
        closed_at=closing.closed_at,
    )
