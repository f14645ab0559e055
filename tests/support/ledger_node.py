"""The simulated node of pagoPA in front of a ledger in this process: what is paid there is really verified and sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx

from ledger.outbound.pagopa_rest import PagopaRest
from refettorio_local.simulators.nodo.app import node
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.settings import Listening
from tests.support.ledger_memory import CREDITOR
from tests.support.ledger_stage import Stage

KEY = "chiave"


@dataclass
class Node:
    """Its HTTP interface, for payers and for the ledger."""

    http: httpx.AsyncClient
    transport: httpx.ASGITransport

    async def pay(self, notice_number: str, **more: object) -> dict[str, Any]:
        answer = await self.http.post("/api/pay", json={"notice_number": notice_number, **more})
        paid: dict[str, Any] = answer.json()
        assert paid.get("outcome") == "OK", paid
        return paid

    async def close_flows(self) -> list[dict[str, str]]:
        items: list[dict[str, str]] = (await self.http.post("/api/flows")).json()["items"]
        return items

    async def positions(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.http.get("/api/positions")).json()["items"]
        return items

    def rest(self, path: str, key: str = KEY) -> PagopaRest:
        """A client of the ledger's that reaches the node without a network."""
        made = PagopaRest(f"http://nodo.example{path}", key)
        made._client = httpx.AsyncClient(transport=self.transport, headers={"Ocp-Apim-Subscription-Key": key})
        return made


@asynccontextmanager
async def node_before(stage: Stage) -> AsyncIterator[Node]:
    """A node whose creditor is the staged ledger."""
    settings = Settings(
        listening=Listening(host="127.0.0.1", port=0),
        base_url="http://nodo.example",
        target_url="http://ledger/pagopa/paForNode",
        creditor_fiscal_code=CREDITOR.fiscal_code,
        broker_fiscal_code=CREDITOR.broker,
        station=CREDITOR.station,
        checkout_key=KEY,
        schema_folder=None,
        retries=0,
        retry_seconds=0,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=stage.app)) as creditor:
        app = node(settings, stage.clock, creditor)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://nodo.example") as http:
            yield Node(http, transport)
