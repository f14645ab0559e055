"""What the rules of retention make go, and when, on any store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attendance.domain.errors import DayOutOfRangeError
from attendance.domain.mark import Mark
from attendance.domain.retention import MARKS, ROSTER
from attendance.usecases.close_sheet import close_sheet
from attendance.usecases.correct_mark import Correction, correct_mark
from attendance.usecases.forget_by_rule import forget_by_rule
from refettorio_contracts.enrollment import EnrolmentEnded, SecondGuardianAccepted
from tests.unit.attendance.canteen import (
    BIANCHI,
    BRUNO,
    CLERK,
    LUCIA,
    MARIO,
    NOON,
    ONE_A,
    ROSSI,
    TABLET,
    TODAY,
    Canteen,
    beside,
    enrolled,
    tap,
)

NOTHING = {"marks": 0, "roster": 0}
A_DAY = timedelta(days=1)
YEAR_OVER = enrolled(MARIO, ROSSI).valid_to
"""The last day of every enrolment of the canteen."""


class RetentionScenarios:
    async def test_marks_go_ten_years_after_the_meal_with_their_sheet_and_commands(self, canteen: Canteen) -> None:
        present = tap(MARIO, "present")
        await canteen.mark(present, tap(LUCIA, "absent"))
        await canteen.run(close_sheet, ONE_A, TODAY, by=TABLET)
        told = await canteen.announced()
        canteen.clock.moment = NOON + MARKS.kept_for
        assert await canteen.run(forget_by_rule) == NOTHING
        assert await canteen.reads.sheet(ONE_A, TODAY) is not None
        canteen.clock.moment += A_DAY
        assert await canteen.run(forget_by_rule) == NOTHING | {"marks": 2}
        assert await canteen.reads.pupil_days([MARIO, LUCIA], TODAY) == {}
        assert await canteen.reads.sheet(ONE_A, TODAY) is None
        canteen.clock.moment = NOON
        assert [each.value for each in await canteen.mark(present)] == ["applied"]  # not `known`: the command went too
        assert (await canteen.announced())[: len(told)] == told

    async def test_marks_of_other_days_stay(self, canteen: Canteen) -> None:
        for day in (TODAY - A_DAY, TODAY):
            await canteen.mark(tap(MARIO, "present", command=f"mario-{day}"), day=day)
        canteen.clock.moment = NOON + MARKS.kept_for
        assert await canteen.run(forget_by_rule) == NOTHING | {"marks": 1}
        assert await canteen.reads.sheet(ONE_A, TODAY) is not None
        assert len(await canteen.reads.pupil_days([MARIO], TODAY)) == 1

    async def test_a_day_whose_marks_are_gone_cannot_be_corrected(self, canteen: Canteen) -> None:
        wanted = Correction(class_id=ONE_A, day=TODAY, pupil_id=MARIO, mark=Mark("present"), reason="Segnalato")
        canteen.clock.moment = NOON + MARKS.kept_for + A_DAY
        with pytest.raises(DayOutOfRangeError):
            await canteen.run(correct_mark, wanted, by=CLERK)
        canteen.clock.moment -= A_DAY
        assert (await canteen.run(correct_mark, wanted, by=CLERK)).mark is Mark.PRESENT

    async def test_the_roster_goes_ten_years_after_the_enrolment_with_names_nobody_needs(
        self, canteen: Canteen
    ) -> None:
        await canteen.hear(beside(SecondGuardianAccepted), enrolled(LUCIA, ROSSI, service="transport"))
        gone = EnrolmentEnded(pupil_id=LUCIA, enrolment_id=f"enr_{LUCIA}_meals", service="meals", last_day=TODAY)
        await canteen.hear(gone)
        canteen.clock.moment = NOON + (YEAR_OVER - TODAY) + ROSTER.kept_for
        assert await canteen.run(forget_by_rule) == NOTHING | {"roster": 1}
        assert await canteen.reads.enrolments_of(LUCIA) == []
        assert set(await canteen.reads.names([MARIO, LUCIA, BRUNO])) == {MARIO, LUCIA, BRUNO}
        canteen.clock.moment += A_DAY
        assert await canteen.run(forget_by_rule) == NOTHING | {"roster": 3}
        assert await canteen.reads.names([MARIO, LUCIA, BRUNO]) == {}
        assert await canteen.reads.seen_beside_others(BIANCHI) == []

    async def test_twice_is_once_and_the_audit_says_how_many(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        canteen.clock.moment = NOON + 2 * MARKS.kept_for
        assert await canteen.run(forget_by_rule) == {"marks": 1, "roster": 3}
        assert await canteen.run(forget_by_rule) == NOTHING
        lines = [line for line in await canteen.audit() if line.role == "system"]
        assert [(line.who, line.what, line.subject, line.details) for line in lines] == [
            ("attendance", "forget-by-rule", "marks", {"number": "1"}),
            ("attendance", "forget-by-rule", "roster", {"number": "3"}),
        ]
