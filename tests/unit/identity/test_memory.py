"""The memory used by the unit tests behaves as a store must."""

from __future__ import annotations

import pytest

from tests.support.identity_erasures import ERASURE_SCENARIOS
from tests.support.identity_machine_scenarios import MACHINE_SCENARIOS
from tests.support.identity_memory import Memory
from tests.support.identity_scenarios import SCENARIOS, Scenario


@pytest.mark.parametrize("scenario", [*SCENARIOS, *MACHINE_SCENARIOS, *ERASURE_SCENARIOS])
async def test_the_memory_passes(scenario: Scenario) -> None:
    await scenario(Memory().ports)
