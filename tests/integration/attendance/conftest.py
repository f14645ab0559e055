"""The service on a real MongoDB: a database of its own, emptied for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from attendance.outbound.queries import Queries
from attendance.settings import Settings
from attendance.usecases.ports import Ports
from attendance.wiring import NAME, ports_on, wire
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.process import Service
from refettorio_chassis.testing import TokenMinter
from tests.support.platform import RunningPlatform
from tests.support.service_stage import MongoStage, api_of, clock_of, emptied, wired_service
from tests.unit.attendance.canteen import NOON, Canteen


class MongoCanteen(MongoStage[Ports], Canteen):
    """The canteen on MongoDB."""

    def __init__(self, service: Service) -> None:
        super().__init__(service, ports_on)
        self.reads = Queries(service.foundation.transactions.view)


@pytest.fixture(scope="session")
async def wired(infrastructure: RunningPlatform) -> AsyncIterator[Service]:
    async with wired_service(NAME, Settings, wire, platform=infrastructure, now=NOON) as service:
        yield service


@pytest.fixture
async def service(wired: Service) -> Service:
    return await emptied(wired, now=NOON)


@pytest.fixture
def clock(service: Service) -> FixedClock:
    return clock_of(service)


@pytest.fixture
async def canteen(service: Service) -> Canteen:
    return await MongoCanteen(service).opened()


@pytest.fixture
def minter(clock: FixedClock) -> TokenMinter:
    return TokenMinter(clock)


@pytest.fixture
async def http(service: Service, canteen: Canteen, minter: TokenMinter) -> AsyncIterator[httpx.AsyncClient]:
    """The API as the gateway reaches it."""
    async with api_of(service, minter) as client:
        yield client
