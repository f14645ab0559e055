"""A ledger on the real servers of the session."""

from collections.abc import AsyncIterator

import pytest

from tests.support.ledger_stage import Stage, ledger_stage
from tests.support.platform import RunningPlatform


@pytest.fixture
async def stage(infrastructure: RunningPlatform) -> AsyncIterator[Stage]:
    """An empty ledger: its own database, a clock that stands still."""
    addresses = infrastructure.addresses
    async with ledger_stage(addresses.mongodb_url, addresses.kafka_bootstrap) as made:
        yield made
