"""Prices by family and re-rating, on the fake store."""

import pytest

from tests.support.ledger_memory import MemoryLedger
from tests.support.ledger_rating_scenarios import RATING_SCENARIOS, Scenario


@pytest.mark.parametrize("scenario", RATING_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: Scenario) -> None:
    await scenario(MemoryLedger())
