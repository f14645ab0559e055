"""The office registers what households declare: the ISEE, the minors, an exemption. Nobody else reads them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from ledger.domain.families import Declaration, check_declaration
from ledger.inbound.http_bodies import AccountCode, Code, Items
from ledger.inbound.rating_bodies import (
    DeclarationBody,
    DeclarationView,
    EffectView,
    declaration_views,
    effect_view,
)
from ledger.inbound.views import API
from ledger.usecases.declare_income import declare_income
from ledger.usecases.ports import Ports
from ledger.usecases.rerate import RatingSources, Span, reprice_span
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]


def router(run: Runner[Ports], sources: RatingSources, clock: Clock, readings: Readings) -> APIRouter:
    """An ISEE is only ever in a body: addresses are written down by gateways and traces."""
    routes = APIRouter(prefix=f"{API}/accounts/{{account_id}}/declarations", tags=["prices"])

    @routes.get("")
    async def declarations(caller: Office, account_id: AccountCode) -> Items[DeclarationView]:
        found = await sources.families.declarations([account_id])
        await readings.note(caller, "declarations-read", [account_id], of=account_id)
        return Items(items=declaration_views(account_id, found, rome_day(clock.now())))

    @routes.post("/preview", status_code=201)
    async def preview(caller: Office, account_id: AccountCode, body: DeclarationBody) -> EffectView:
        declared = Declaration(
            account_id=account_id, declaration_id="preview", registered_at=clock.now(), **body.model_dump()
        )
        today = rome_day(clock.now())
        check_declaration(declared, today)
        span = Span(first=declared.valid_from, last=declared.valid_to, account_id=account_id)
        await readings.note(caller, "declaration-previewed", [account_id], of=account_id)
        return effect_view(await reprice_span(sources, span, today=today, declared=declared))

    @routes.put("/{declaration_id}")
    async def declare(
        caller: Office, account_id: AccountCode, declaration_id: Code, body: DeclarationBody
    ) -> DeclarationView:
        declaration = Declaration(account_id=account_id, declaration_id=declaration_id, **body.model_dump())
        await run(declare_income, declaration, by=caller.subject)
        found = await sources.families.declarations([account_id])
        known = declaration_views(account_id, found, rome_day(clock.now()))
        return next(each for each in known if each.declaration_id == declaration_id)

    return routes
