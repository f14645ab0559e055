"""The service on a real MongoDB: a database of its own, emptied for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from enrollment.outbound.queries import Queries
from enrollment.settings import Settings
from enrollment.usecases.ports import Ports
from enrollment.wiring import NAME, ports_on, wire
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.process import Service
from refettorio_chassis.testing import TokenMinter
from tests.support.platform import RunningPlatform
from tests.support.service_stage import MongoStage, api_of, clock_of, emptied, wired_service
from tests.unit.enrollment.town import IN_THE_WINDOW, Town


class MongoTown(MongoStage[Ports], Town):
    """The town on MongoDB."""

    def __init__(self, service: Service) -> None:
        super().__init__(service, ports_on)
        self.reads = Queries(service.foundation.transactions.view)


@pytest.fixture(scope="session")
async def wired(infrastructure: RunningPlatform) -> AsyncIterator[Service]:
    async with wired_service(NAME, Settings, wire, platform=infrastructure, now=IN_THE_WINDOW) as service:
        yield service


@pytest.fixture
async def service(wired: Service) -> Service:
    return await emptied(wired, now=IN_THE_WINDOW)


@pytest.fixture
def clock(service: Service) -> FixedClock:
    return clock_of(service)


@pytest.fixture
async def town(service: Service) -> Town:
    return await MongoTown(service).founded()


@pytest.fixture
def minter(clock: FixedClock) -> TokenMinter:
    return TokenMinter(clock)


@pytest.fixture
async def http(service: Service, town: Town, minter: TokenMinter) -> AsyncIterator[httpx.AsyncClient]:
    """The API as the gateway reaches it, in the town."""
    async with api_of(service, minter) as client:
        yield client
