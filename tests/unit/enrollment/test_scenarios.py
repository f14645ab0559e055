from __future__ import annotations

import pytest

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
from tests.unit.enrollment.town import MemoryTown, Town


@pytest.fixture
async def town() -> Town:
    return await MemoryTown().founded()


class TestSubmitting(SubmittingScenarios):
    pass


class TestAnswers(AnswersScenarios):
    pass


class TestDebt(DebtScenarios):
    pass


class TestDeciding(DecidingScenarios):
    pass


class TestSettingUp(SettingUpScenarios):
    pass


class TestLeaving(LeavingScenarios):
    pass


class TestRetention(RetentionScenarios):
    pass


class TestMoving(MovingScenarios):
    pass


class TestRiding(RidingScenarios):
    pass


class TestMerging(MergingScenarios):
    pass


class TestNaming(NamingScenarios):
    pass


class TestShares(SharesScenarios):
    pass


class TestEnding(EndingScenarios):
    pass


class TestHanding(HandingScenarios):
    pass


class TestReading(ReadingScenarios):
    pass


class TestHands(HandsScenarios):
    pass


class TestLeavingAlone(LeavingAloneScenarios):
    pass


class TestRemembering(RememberingScenarios):
    pass
