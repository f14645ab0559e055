"""A wired ledger on real servers: one test's own database, its HTTP application, its clock."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2 as httpx
from fastapi import FastAPI

from ledger.settings import Settings
from ledger.usecases.verify_books import WholeBook
from ledger.wiring import NAME, StoredBook, Wiring
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.process import Service, application, ensure_database, foundation
from refettorio_chassis.testing import TokenMinter, announced, drop_database
from refettorio_contracts import Event
from tests.support.ledger_memory import CREDITOR, MORNING


def settings_for(mongodb_url: str, kafka_bootstrap: str, **more: object) -> Settings:
    """The settings of an invented municipality."""
    values: dict[str, object] = {
        "MONGODB_URL": mongodb_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "REFETTORIO_JWKS_URL": "http://127.0.0.1:1/jwks.json",
        "REFETTORIO_PUBLIC_URL": "http://refettorio.example",
        "REFETTORIO_DATABASE_PREFIX": f"test_{uuid4().hex[:10]}_",
        "REFETTORIO_GROUP_PREFIX": f"test.{uuid4().hex[:10]}.",
        "REFETTORIO_CREDITOR_FISCAL_CODE": CREDITOR.fiscal_code,
        "REFETTORIO_CREDITOR_NAME": CREDITOR.name,
        "REFETTORIO_CREDITOR_IBAN": CREDITOR.iban,
        "REFETTORIO_CREDITOR_CBILL": CREDITOR.cbill,
        "REFETTORIO_CHECKOUT_URL": "http://127.0.0.1:1/checkout",
        "REFETTORIO_CHECKOUT_KEY": "invented",
        "REFETTORIO_PRICE_GRACE_SECONDS": 0,
    }
    return Settings(**(values | more))  # type: ignore[arg-type]  # read by alias, as from the environment


class Stage:
    """What a test plays on: it is a bench for the shared scenarios too."""

    def __init__(self, wiring: Wiring, clock: FixedClock) -> None:
        self.wiring = wiring
        self.clock = clock
        self.service: Service = wiring.service()
        self.minter = TokenMinter(clock)
        self.app: FastAPI = application(self.service)
        self.app.state.token_verifier = self.minter.verifier(NAME)

    @property
    def queries(self) -> Any:
        return self.wiring.queries

    @property
    def book(self) -> WholeBook:
        return StoredBook(self.wiring.base.transactions.view)

    async def run(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        return await self.wiring.run(usecase, *args, **kwargs)

    async def told(self) -> Sequence[Event]:
        """Events in the outbox, in order."""
        return await announced(self.wiring.base.database)

    @asynccontextmanager
    async def client(self, subject: str = "", *roles: str) -> AsyncIterator[httpx.AsyncClient]:
        """The HTTP interface as `subject`; anonymous without one."""
        headers = self.minter.headers(subject, *roles, audience=NAME) if subject else {}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as client:
            yield client


@asynccontextmanager
async def ledger_stage(mongodb_url: str, kafka_bootstrap: str, **more: object) -> AsyncIterator[Stage]:
    """An empty ledger, gone at the end."""
    settings = settings_for(mongodb_url, kafka_bootstrap, **more)
    clock = FixedClock(MORNING)
    base = foundation(NAME, settings, clock)
    stage = Stage(Wiring(base, settings), clock)
    await ensure_database(stage.service)
    try:
        yield stage
    finally:
        await drop_database(base.transactions)
        await stage.wiring.close()
