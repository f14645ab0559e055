from __future__ import annotations

import pytest

from tests.unit.attendance.canteen import Canteen, MemoryCanteen
from tests.unit.attendance.retention_scenarios import RetentionScenarios
from tests.unit.attendance.scenarios import (
    ClosingScenarios,
    CorrectingScenarios,
    DaysScenarios,
    DeedScenarios,
    FamilyScenarios,
    MarkingScenarios,
    MergingScenarios,
    RosterScenarios,
    SecondGuardianScenarios,
)


@pytest.fixture
async def canteen() -> Canteen:
    return await MemoryCanteen().opened()


class TestMarking(MarkingScenarios):
    pass


class TestDays(DaysScenarios):
    pass


class TestClosing(ClosingScenarios):
    pass


class TestCorrecting(CorrectingScenarios):
    pass


class TestRoster(RosterScenarios):
    pass


class TestFamily(FamilyScenarios):
    pass


class TestMerging(MergingScenarios):
    pass


class TestSecondGuardian(SecondGuardianScenarios):
    pass


class TestDeeds(DeedScenarios):
    pass


class TestRetention(RetentionScenarios):
    pass
