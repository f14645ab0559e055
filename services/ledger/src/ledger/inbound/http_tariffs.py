"""Tariffs: everybody signed in may read the prices, the office publishes them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from ledger.domain.errors import TariffNotFoundError
from ledger.domain.tariff_rules import TariffRule, full_price
from ledger.domain.tariffs import TariffVersion
from ledger.inbound.http_bodies import Code, Items, TariffBody, TariffView
from ledger.inbound.views import API, tariff_view
from ledger.usecases.ports import Ports, Queries
from ledger.usecases.publish_tariff import publish_tariff
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.transaction import Runner

Reader = Annotated[
    Caller, Depends(caller_with("guardian", "office", "administrator", "auditor", scope="ledger.tariffs.read"))
]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]


def _full_price(rule: TariffRule | None) -> int:
    """A rule without a cell has no price: the linter says so."""
    return full_price(rule) if rule is not None and rule.cells else 0


def router(run: Runner[Ports], queries: Queries) -> APIRouter:
    """Versions are published once and never rewritten."""
    routes = APIRouter(prefix=f"{API}/tariffs", tags=["tariffs"])

    @routes.get("")
    async def every(_caller: Reader) -> Items[TariffView]:
        return Items(items=[tariff_view(version) for version in await queries.versions()])

    @routes.get("/{code}/versions/{version}")
    async def one(_caller: Reader, code: Code, version: Code) -> TariffView:
        found = await queries.version(code, version)
        if found is None:
            message = "Questa versione della tariffa non esiste."
            raise TariffNotFoundError(message)
        return tariff_view(found)

    @routes.put("/{code}/versions/{version}")
    async def publish(_caller: Office, code: Code, version: Code, body: TariffBody) -> TariffView:
        published = await run(
            publish_tariff,
            TariffVersion(
                code=code,
                version=version,
                service=body.service,
                valid_from=body.valid_from,
                price_cents=body.price_cents or _full_price(body.rule),
                rule=body.rule,
                resolution=body.resolution,
                source=body.source,
            ),
        )
        return tariff_view(published)

    return routes
