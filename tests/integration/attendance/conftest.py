"""The service on a real MongoDB: a database of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar
from uuid import uuid4

import httpx2 as httpx
import pytest

from attendance.outbound.queries import Queries
from attendance.settings import Settings
from attendance.usecases.ports import Ports
from attendance.wiring import NAME, ports_on, wire
from refettorio_chassis import mongo
from refettorio_chassis.audit import AuditLine
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.process import Foundation, Service, ensure_database, foundation
from refettorio_chassis.testing import TokenMinter, drop_database
from refettorio_chassis.transaction import Runner
from refettorio_chassis.web import create_app
from refettorio_contracts import Event, read
from tests.support.platform import RunningPlatform
from tests.unit.attendance.canteen import NOON, Canteen

P = ParamSpec("P")
T = TypeVar("T")


class MongoCanteen(Canteen):
    """The canteen on MongoDB."""

    def __init__(self, base: Foundation, clock: FixedClock) -> None:
        self.clock = clock
        self.base = base
        self.reads = Queries(base.transactions.view)
        self._run = Runner(base.transactions, lambda transaction: ports_on(clock, transaction), service=NAME)

    async def run(self, usecase: Callable[Concatenate[Ports, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(usecase, *args, **kwargs)

    async def announced(self) -> list[Event]:
        rows = await self.base.transactions.view.collection("outbox").find({}, sort=[("_id", 1)])
        return [read(row["value"]).data for row in rows]

    async def audit(self) -> Sequence[AuditLine]:
        rows = await self.base.transactions.view.collection("audit").find({}, sort=[("_id", 1)])
        return [AuditLine(**{name: value for name, value in row.items() if name != "_id"}) for row in rows]


@pytest.fixture(scope="session")
async def wired(infrastructure: RunningPlatform) -> AsyncIterator[Service]:
    """Wired as in production, on a database of these tests; nothing runs."""
    addresses = infrastructure.addresses
    settings = Settings(
        mongodb_url=addresses.mongodb_url,
        kafka_bootstrap_servers=addresses.kafka_bootstrap,
        jwks_url="http://127.0.0.1:1/unused",
        public_url="http://127.0.0.1:1",
        database_prefix=f"test_{uuid4().hex[:8]}_",
        group_prefix=f"test.{uuid4().hex[:8]}.",
    )
    base = foundation(NAME, settings, FixedClock(NOON))
    service = wire(base)
    await ensure_database(service)
    yield service
    await drop_database(base.transactions)
    await mongo.close(base.client)


@pytest.fixture
async def service(wired: Service) -> Service:
    """Empty, with its indexes."""
    database = wired.foundation.database
    for name in await database.list_collection_names():
        await database[name].delete_many({})
    return wired


@pytest.fixture
def clock(service: Service) -> FixedClock:
    clock = service.foundation.clock
    assert isinstance(clock, FixedClock)
    clock.moment = NOON
    return clock


@pytest.fixture
async def canteen(service: Service, clock: FixedClock) -> Canteen:
    return await MongoCanteen(service.foundation, clock).opened()


@pytest.fixture
def minter(clock: FixedClock) -> TokenMinter:
    return TokenMinter(clock)


@pytest.fixture
async def http(service: Service, canteen: Canteen, minter: TokenMinter) -> AsyncIterator[httpx.AsyncClient]:
    """The API as the gateway reaches it."""
    app = create_app(service=NAME, routers=service.routers, verifier=minter.verifier(NAME))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        yield client
