"""Servers that a test may kill: its own, because other tests have their work on those of the session."""

import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.resilience.besieged import Besieged, besieged_on
from tests.support.platform import RunningPlatform, platform_in_a_thread

SEED = 20251006


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[RunningPlatform]:
    """An empty MongoDB and an empty Kafka."""
    external = [name for name in ("MONGODB_URL", "KAFKA_BOOTSTRAP_SERVERS") if os.environ.get(name)]
    if external:
        pytest.skip(f"{external[0]} names a server that is not ours to kill")
    with platform_in_a_thread(tmp_path) as platform:
        platform.run(platform._platform.start_infrastructure())
        yield platform
        if platform._platform.failure is not None:
            raise platform._platform.failure


@pytest.fixture
async def ledger(servers: RunningPlatform, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Besieged]:
    caplog.set_level(logging.CRITICAL, logger="aiokafka")  # it tells of every attempt to reach a dead broker
    async with besieged_on(servers) as besieged:
        yield besieged


@pytest.fixture
def seed() -> int:
    """What the records and the moments are drawn from; `REFETTORIO_RESILIENCE_SEED` gives another."""
    chosen = int(os.environ.get("REFETTORIO_RESILIENCE_SEED", SEED))
    print(f"\nseed {chosen}")
    return chosen
