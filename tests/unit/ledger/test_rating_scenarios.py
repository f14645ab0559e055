"""Prices by family and re-rating, on the fake store."""

import pytest

from tests.support.ledger_memory import MemoryLedger
from tests.support.ledger_merging_scenarios import MERGING_SCENARIOS
from tests.support.ledger_moving_scenarios import MOVING_SCENARIOS
from tests.support.ledger_rating_scenarios import RATING_SCENARIOS, Scenario
from tests.support.ledger_subscription_scenarios import SUBSCRIPTION_SCENARIOS


@pytest.mark.parametrize(
    "scenario",
    RATING_SCENARIOS + SUBSCRIPTION_SCENARIOS + MOVING_SCENARIOS + MERGING_SCENARIOS,
    ids=lambda scenario: scenario.__name__,
)
async def test_in_memory(scenario: Scenario) -> None:
    await scenario(MemoryLedger())
