"""The scenarios of the unit tests, on a real MongoDB: what the fake in memory says must be true there too."""

from __future__ import annotations

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


class TestMarkingOnMongo(MarkingScenarios):
    pass


class TestDaysOnMongo(DaysScenarios):
    pass


class TestClosingOnMongo(ClosingScenarios):
    pass


class TestCorrectingOnMongo(CorrectingScenarios):
    pass


class TestRosterOnMongo(RosterScenarios):
    pass


class TestFamilyOnMongo(FamilyScenarios):
    pass


class TestMergingOnMongo(MergingScenarios):
    pass


class TestSecondGuardianOnMongo(SecondGuardianScenarios):
    pass


class TestDeedsOnMongo(DeedScenarios):
    pass


class TestRetentionOnMongo(RetentionScenarios):
    pass
