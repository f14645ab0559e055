"""The shared scenarios on the fake store."""

import pytest

from tests.support.ledger_memory import MemoryLedger
from tests.support.ledger_scenarios import SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryLedger())
