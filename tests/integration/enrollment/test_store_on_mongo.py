"""The scenarios of the unit tests, on a real MongoDB: what the fake in memory says must be true there too."""

from __future__ import annotations

from tests.unit.enrollment.agreeing_scenarios import (
    HandsScenarios,
    LeavingAloneScenarios,
    ReadingScenarios,
    RememberingScenarios,
)
from tests.unit.enrollment.changing_scenarios import (
    LeavingScenarios,
    MergingScenarios,
    MovingScenarios,
    RidingScenarios,
)
from tests.unit.enrollment.debt_scenarios import DebtScenarios
from tests.unit.enrollment.retention_scenarios import RetentionScenarios
from tests.unit.enrollment.scenarios import (
    AnswersScenarios,
    DecidingScenarios,
    SettingUpScenarios,
    SubmittingScenarios,
)
from tests.unit.enrollment.second_guardian_scenarios import (
    EndingScenarios,
    HandingScenarios,
    NamingScenarios,
    SharesScenarios,
)


class TestSubmittingOnMongo(SubmittingScenarios):
    pass


class TestAnswersOnMongo(AnswersScenarios):
    pass


class TestDebtOnMongo(DebtScenarios):
    pass


class TestDecidingOnMongo(DecidingScenarios):
    pass


class TestSettingUpOnMongo(SettingUpScenarios):
    pass


class TestLeavingOnMongo(LeavingScenarios):
    pass


class TestRetentionOnMongo(RetentionScenarios):
    pass


class TestMovingOnMongo(MovingScenarios):
    pass


class TestRidingOnMongo(RidingScenarios):
    pass


class TestMergingOnMongo(MergingScenarios):
    pass


class TestNamingOnMongo(NamingScenarios):
    pass


class TestSharesOnMongo(SharesScenarios):
    pass


class TestEndingOnMongo(EndingScenarios):
    pass


class TestHandingOnMongo(HandingScenarios):
    pass


class TestReadingOnMongo(ReadingScenarios):
    pass


class TestHandsOnMongo(HandsScenarios):
    pass


class TestLeavingAloneOnMongo(LeavingAloneScenarios):
    pass


class TestRememberingOnMongo(RememberingScenarios):
    pass
