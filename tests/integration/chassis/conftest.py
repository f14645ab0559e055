"""Every test of this folder runs with both MongoDB drivers, on the real servers."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.chassis.stage import Stage, stage_on
from tests.support.platform import RunningPlatform


@pytest.fixture(params=["motor", "pymongo"])
def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The driver behind the seam."""
    monkeypatch.setenv("REFETTORIO_MONGO_DRIVER", request.param)
    return str(request.param)


@pytest.fixture
async def stage(driver: str, infrastructure: RunningPlatform) -> AsyncIterator[Stage]:
    """Three partitions, one database, nothing in either."""
    addresses = infrastructure.addresses
    async with stage_on(addresses.mongodb_url, addresses.kafka_bootstrap) as made:
        yield made
