import pytest

from refettorio_chassis.clock import FixedClock
from tests.support.notify.code_scenarios import CodeScenarios, PreferenceScenarios
from tests.support.notify.memory import MemoryBench
from tests.support.notify.retention_scenarios import RetentionScenarios
from tests.support.notify.scenarios import EVERY_CHANNEL, NOON, CommunicationScenarios, DeliveryScenarios
from tests.support.notify.second_guardian_scenarios import LastLetterScenarios, SecondGuardianScenarios


@pytest.fixture
def bench() -> MemoryBench:
    return MemoryBench(clock=FixedClock(NOON), policy=EVERY_CHANNEL)


class TestDeliveriesInMemory(DeliveryScenarios):
    pass


class TestCommunicationsInMemory(CommunicationScenarios):
    pass


class TestRetentionInMemory(RetentionScenarios):
    pass


class TestCodesInMemory(CodeScenarios):
    pass


class TestPreferencesInMemory(PreferenceScenarios):
    pass


class TestSecondGuardiansInMemory(SecondGuardianScenarios):
    pass


class TestLastLettersInMemory(LastLetterScenarios):
    pass
