"""The office charges a month or a school year of the services not paid by the meal: looks first, then posts."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints

from ledger.domain.subscriptions import Period
from ledger.inbound.views import API
from ledger.usecases.charge_subscriptions import charge_subscriptions, due_in
from ledger.usecases.ports import Ports, PriceSources
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.transaction import Runner

PAGE: Final = 500
"""Subscriptions posted in one transaction."""

PERIOD: Final = r"^20[0-9]{2}(-(0[1-9]|1[0-2])|/[0-9]{2})$"

Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]


class PeriodBody(BaseModel):
    """A month (`2025-10`), or a school year (`2025/26`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    period: Annotated[str, StringConstraints(pattern=PERIOD)]


class DuesView(BaseModel):
    """What families owe for the period; `posted` of them were new in this request. Who rides free is not counted."""

    model_config = ConfigDict(frozen=True)

    period: str
    families: int
    pupils: int
    total_cents: int
    posted: int


class SubscriptionDesk:
    """Reads outside transactions and posts page by page: a run that stopped half way is just run again."""

    def __init__(self, run: Runner[Ports], sources: PriceSources) -> None:
        self._run = run
        self._sources = sources

    async def charge(self, name: str, *, is_preview: bool) -> DuesView:
        """A preview posts nothing."""
        owed = await due_in(self._sources, Period.named(name))
        posted = 0
        for start in range(0, 0 if is_preview else len(owed), PAGE):
            posted += await self._run(charge_subscriptions, owed[start : start + PAGE])
        paying = [due for due in owed if due.quote.cents > 0]
        return DuesView(
            period=name,
            families=len({due.enrolled.account_id for due in paying}),
            pupils=len({due.enrolled.pupil_id for due in paying}),
            total_cents=sum(due.quote.cents for due in paying),
            posted=posted,
        )


def router(desk: SubscriptionDesk) -> APIRouter:
    """Preview and post."""
    routes = APIRouter(prefix=f"{API}/subscriptions", tags=["prices"])

    @routes.post("/preview", status_code=201)
    async def preview(_caller: Office, body: PeriodBody) -> DuesView:
        return await desk.charge(body.period, is_preview=True)

    @routes.post("", status_code=201)
    async def post(_caller: Office, body: PeriodBody) -> DuesView:
        return await desk.charge(body.period, is_preview=False)

    return routes
