"""Reminders on the fake store."""

import pytest

from tests.support.ledger_decisions import MemoryOffice
from tests.support.ledger_dunning_scenarios import DUNNING_SCENARIOS


@pytest.mark.parametrize("scenario", DUNNING_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryOffice())
