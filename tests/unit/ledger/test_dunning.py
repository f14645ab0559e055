"""Reminders on the fake store."""

import pytest

from tests.support.ledger_decisions import MemoryOffice
from tests.support.ledger_dunning_scenarios import DUNNING_SCENARIOS
from tests.support.ledger_shared_debt_scenarios import SHARED_DEBT_SCENARIOS


@pytest.mark.parametrize("scenario", DUNNING_SCENARIOS + SHARED_DEBT_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryOffice())
