"""What attendance does, on any store: run in memory by the unit tests and on MongoDB by the integration tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from attendance.domain.errors import (
    ClassNotFoundError,
    DayOutOfRangeError,
    EnrolmentUnknownError,
    NoServiceError,
    NotOnRosterError,
    PeriodInvalidError,
    PupilNotFoundError,
    SheetIncompleteError,
    SheetNotClosedError,
)
from attendance.domain.identifiers import AccountId, ClassId, PupilId
from attendance.domain.mark import Mark, MealKind, Outcome, PupilDay
from attendance.domain.roster import classes_of
from attendance.domain.sheet import SheetState
from attendance.inbound.shapes import SheetShape
from attendance.usecases.close_sheet import close_sheet
from attendance.usecases.correct_mark import Correction, correct_mark
from attendance.usecases.families import families_of
from attendance.usecases.reopen_sheet import reopen_sheet
from attendance.usecases.show_deeds import deeds_about
from attendance.usecases.show_pupil_days import every_day_of, show_pupil_days
from refettorio_contracts.attendance import MealServed, MealWithdrawn, SheetClosed, SheetReopened
from refettorio_contracts.enrollment import (
    ClassExcused,
    EnrolmentEnded,
    PupilMoved,
    SchoolDayClosed,
    SchoolDayReopened,
    SecondGuardianAccepted,
    SecondGuardianDeclined,
    SecondGuardianEnded,
    SecondGuardianNamed,
    TariffAssigned,
)
from refettorio_contracts.identity import GuardianMerged
from tests.unit.attendance.canteen import (
    BIANCHI,
    BRUNO,
    CLERK,
    LUCIA,
    MARIO,
    NOON,
    ONE_A,
    ONE_B,
    ROSSI,
    SCHOOL,
    TABLET,
    TODAY,
    Canteen,
    beside,
    enrolled,
    named,
    tap,
)

A_WEEK = timedelta(days=7)


async def correct(
    canteen: Canteen, pupil: PupilId, mark: str, *, day: date = TODAY, kind: MealKind = MealKind.FULL
) -> PupilDay:
    reason = "Segnalato dalla scuola"
    wanted = Correction(class_id=ONE_A, day=day, pupil_id=pupil, mark=Mark(mark), kind=kind, reason=reason)
    return await canteen.run(correct_mark, wanted, by=CLERK)


async def seen(canteen: Canteen, guardian: str, pupil: PupilId = MARIO) -> Sequence[PupilDay]:
    """The days of this week that the guardian sees."""
    first = TODAY - A_WEEK
    return await show_pupil_days(canteen.reads, pupil, first=first, last=TODAY, guardian_id=AccountId(guardian))


class MarkingScenarios:
    async def test_a_new_sheet_expects_everybody(self, canteen: Canteen) -> None:
        shape = SheetShape.of(await canteen.picture())
        assert (shape.state, shape.version, shape.as_of, shape.service) == ("open", 0, NOON, "meals")
        assert [(line.given_name, line.mark) for line in shape.pupils] == [("Lucia", "expected"), ("Mario", "expected")]

    async def test_present_is_a_meal_and_absent_is_none(self, canteen: Canteen) -> None:
        assert await canteen.mark(tap(MARIO, "present"), tap(LUCIA, "absent")) == [Outcome.APPLIED, Outcome.APPLIED]
        assert await canteen.marks() == {MARIO: "present", LUCIA: "absent"}
        [event] = await canteen.announced()
        assert isinstance(event, MealServed)
        assert (event.meal_id, event.account_id, event.marked_by) == ("pup_mario.2025-10-06.1", ROSSI, "canteen")
        assert (event.school_id, event.class_id, event.day, event.marked_at) == (SCHOOL, ONE_A, TODAY, NOON)

    async def test_a_meal_taken_back_is_withdrawn_and_the_next_has_another_name(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present", minute=0))
        await canteen.mark(tap(MARIO, "absent", minute=1))
        await canteen.mark(tap(MARIO, "present", minute=2))
        assert await canteen.meals() == [
            ("served", "pup_mario.2025-10-06.1"),
            ("withdrawn", "pup_mario.2025-10-06.1"),
            ("served", "pup_mario.2025-10-06.2"),
        ]

    async def test_the_same_command_twice_is_once(self, canteen: Canteen) -> None:
        command = tap(MARIO, "present")
        assert await canteen.mark(command, command) == [Outcome.APPLIED, Outcome.KNOWN]
        assert await canteen.mark(command) == [Outcome.KNOWN]
        assert len(await canteen.meals()) == 1

    async def test_present_twice_is_one_meal(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present", minute=0), tap(MARIO, "present", minute=1))
        assert len(await canteen.meals()) == 1

    async def test_a_meal_of_another_kind_is_another_meal(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        light = tap(MARIO, "present", minute=1, kind=MealKind.LIGHT)
        assert await canteen.mark(light) == [Outcome.APPLIED]
        assert await canteen.mark(light) == [Outcome.KNOWN]
        await canteen.mark(tap(MARIO, "present", minute=2, kind=MealKind.LIGHT))
        assert await canteen.meals() == [
            ("served", "pup_mario.2025-10-06.1"),
            ("withdrawn", "pup_mario.2025-10-06.1"),
            ("served", "pup_mario.2025-10-06.2"),
        ]
        told = [event.kind for event in await canteen.announced() if isinstance(event, MealServed)]
        assert told == ["full", "light"]
        shape = SheetShape.of(await canteen.picture())
        assert {line.pupil_id: line.kind for line in shape.pupils} == {LUCIA: None, MARIO: "light"}

    async def test_the_kind_of_the_last_recorded_wins_whenever_it_arrives(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present", minute=3, kind=MealKind.HALF))
        assert await canteen.mark(tap(MARIO, "present", minute=1)) == [Outcome.SUPERSEDED]
        assert (await canteen.picture()).roll.days[MARIO].kind is MealKind.HALF

    async def test_the_last_recorded_wins_whenever_it_arrives(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "absent", minute=3))
        assert await canteen.mark(tap(MARIO, "present", minute=1)) == [Outcome.SUPERSEDED]
        assert await canteen.mark(tap(MARIO, "present", minute=1)) == [Outcome.KNOWN]
        assert (await canteen.marks())[MARIO] == "absent"
        assert await canteen.meals() == []

    async def test_of_two_at_the_same_time_the_greater_identifier_wins(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present", command="b"))
        assert await canteen.mark(tap(MARIO, "absent", command="a")) == [Outcome.SUPERSEDED]
        assert await canteen.mark(tap(MARIO, "absent", command="c")) == [Outcome.APPLIED]

    async def test_a_tablet_that_lives_in_the_future_is_brought_back(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present", minute=600))
        canteen.clock.advance(timedelta(minutes=1))
        assert await canteen.mark(tap(MARIO, "absent", minute=1)) == [Outcome.APPLIED]
        known = (await canteen.picture()).roll.days[MARIO]
        assert known.recorded_at == NOON + timedelta(minutes=1)

    async def test_a_pupil_of_another_class_is_refused_and_the_others_are_taken(self, canteen: Canteen) -> None:
        results = await canteen.results(tap(BRUNO, "present"), tap(MARIO, "present"))
        assert [result.outcome for result in results] == [Outcome.REFUSED, Outcome.APPLIED]
        assert isinstance(results[0].refusal, NotOnRosterError)

    async def test_an_unknown_class_is_not_found(self, canteen: Canteen) -> None:
        with pytest.raises(ClassNotFoundError):
            await canteen.mark(tap(MARIO, "present"), class_id=ClassId("nowhere"))

    async def test_a_mark_names_the_operator_who_tapped_and_the_audit_who_sent(self, canteen: Canteen) -> None:
        teresa = replace(TABLET, operator="opr_teresa")
        await canteen.mark(
            replace(tap(MARIO, "present"), operator="opr_teresa"),
            replace(tap(LUCIA, "absent"), operator="opr_bruna"),
            by=teresa,
        )
        lines = {each.pupil_id: each for each in SheetShape.of(await canteen.picture()).pupils}
        assert (lines[MARIO].operator_id, lines[LUCIA].operator_id) == ("opr_teresa", "opr_bruna")
        await canteen.run(close_sheet, ONE_A, TODAY, by=teresa)
        taken, closed = await canteen.audit()
        assert (taken.who, taken.what, taken.subject) == ("tab_1", "mark-pupils", "primaria-1a/2025-10-06")
        assert taken.details == {"operator": "opr_teresa", "marks": "2", "taps_of": ["opr_bruna", "opr_teresa"]}
        assert (closed.what, closed.details) == ("close-sheet", {"operator": "opr_teresa"})

    async def test_a_correction_of_the_office_names_no_operator(self, canteen: Canteen) -> None:
        await canteen.mark(replace(tap(MARIO, "present"), operator="opr_teresa"))
        assert (await correct(canteen, MARIO, "absent")).operator is None

    async def test_the_version_of_the_sheet_grows_with_changes_only(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "absent", minute=3))
        await canteen.mark(tap(MARIO, "present", minute=1))
        assert (await canteen.picture()).roll.sheet.version == 1


class DaysScenarios:
    @pytest.mark.parametrize(("days_back", "outcome"), [(7, Outcome.APPLIED), (8, Outcome.REFUSED)])
    async def test_a_tablet_reaches_a_week_back(self, canteen: Canteen, days_back: int, outcome: Outcome) -> None:
        assert await canteen.mark(tap(MARIO, "present"), day=TODAY - timedelta(days=days_back)) == [outcome]

    async def test_the_office_reaches_the_whole_year_and_not_tomorrow(self, canteen: Canteen) -> None:
        assert await canteen.mark(tap(MARIO, "present"), day=date(2025, 9, 12), by=CLERK) == [Outcome.APPLIED]
        [result] = await canteen.results(tap(MARIO, "present"), day=date(2025, 10, 7), by=CLERK)
        assert isinstance(result.refusal, DayOutOfRangeError)

    async def test_the_day_is_that_of_rome(self, canteen: Canteen) -> None:
        canteen.clock.moment = datetime(2025, 10, 6, 22, 30, tzinfo=UTC)
        assert await canteen.mark(tap(MARIO, "present"), day=date(2025, 10, 7)) == [Outcome.APPLIED]

    async def test_a_closed_school_has_no_roll_until_it_reopens(self, canteen: Canteen) -> None:
        await canteen.hear(SchoolDayClosed(school_id=SCHOOL, day=TODAY, reason="Sciopero"))
        shape = SheetShape.of(await canteen.picture())
        assert (shape.state, shape.reason) == ("no-service", "Sciopero")
        [result] = await canteen.results(tap(MARIO, "present"))
        assert isinstance(result.refusal, NoServiceError)
        with pytest.raises(NoServiceError):
            await canteen.run(close_sheet, ONE_A, TODAY, by=TABLET)
        await canteen.hear(SchoolDayReopened(school_id=SCHOOL, day=TODAY))
        assert await canteen.mark(tap(MARIO, "present")) == [Outcome.APPLIED]

    async def test_an_excused_class_is_alone_in_it(self, canteen: Canteen) -> None:
        await canteen.hear(ClassExcused(school_id=SCHOOL, class_id=ONE_A, day=TODAY, reason="Gita"))
        assert SheetShape.of(await canteen.picture(ONE_A)).reason == "Gita"
        assert SheetShape.of(await canteen.picture(ONE_B)).state == "open"

    async def test_outside_the_school_year_there_is_nobody(self, canteen: Canteen) -> None:
        shape = SheetShape.of(await canteen.picture(day=date(2026, 7, 1)))
        assert (shape.state, shape.pupils) == ("no-service", [])


class ClosingScenarios:
    async def test_a_complete_roll_is_closed_once(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"), tap(LUCIA, "absent"))
        for _ in range(2):
            closed = await canteen.run(close_sheet, ONE_A, TODAY, by=TABLET)
            assert closed.state is SheetState.CLOSED
        events = [each for each in await canteen.announced() if isinstance(each, SheetClosed)]
        assert [(each.present, each.absent, each.class_id) for each in events] == [(1, 1, ONE_A)]

    async def test_a_roll_with_gaps_is_not_complete(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        with pytest.raises(SheetIncompleteError) as refusal:
            await canteen.run(close_sheet, ONE_A, TODAY, by=TABLET)
        assert refusal.value.values == {"unmarked": [LUCIA]}

    async def test_a_closed_sheet_refuses_new_marks_and_knows_the_old(self, canteen: Canteen) -> None:
        old = tap(MARIO, "present")
        await canteen.mark(old, tap(LUCIA, "absent"))
        await canteen.run(close_sheet, ONE_A, TODAY, by=TABLET)
        results = await canteen.results(old, tap(MARIO, "absent", minute=2))
        assert [result.outcome for result in results] == [Outcome.KNOWN, Outcome.REFUSED]
        assert results[1].refusal is not None
        assert results[1].refusal.slug == "sheet-closed"

    async def test_what_was_refused_counts_when_sent_again_after_reopening(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"), tap(LUCIA, "absent"))
        await canteen.run(close_sheet, ONE_A, TODAY, by=TABLET)
        late = tap(MARIO, "absent", minute=2)
        assert await canteen.mark(late) == [Outcome.REFUSED]
        await canteen.run(reopen_sheet, ONE_A, TODAY, reason="Appello sbagliato", by=CLERK)
        assert await canteen.mark(late) == [Outcome.APPLIED]
        assert isinstance((await canteen.announced())[-2], SheetReopened)
        [*_, line] = await canteen.audit()
        assert (line.who, line.what, line.subject) == ("stf_anna", "reopen-sheet", "primaria-1a/2025-10-06")

    async def test_an_open_sheet_is_not_reopened(self, canteen: Canteen) -> None:
        with pytest.raises(SheetNotClosedError):
            await canteen.run(reopen_sheet, ONE_A, TODAY, reason="Prova", by=CLERK)


class CorrectingScenarios:
    async def test_the_office_corrects_a_closed_sheet(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"), tap(LUCIA, "absent"))
        await canteen.run(close_sheet, ONE_A, TODAY, by=TABLET)
        corrected = await correct(canteen, MARIO, "absent")
        assert (corrected.mark, corrected.version) == (Mark.ABSENT, 2)
        event = (await canteen.announced())[-1]
        assert isinstance(event, MealWithdrawn)
        assert (event.meal_id, event.reason) == ("pup_mario.2025-10-06.1", "Segnalato dalla scuola")
        [*_, line] = await canteen.audit()
        assert (line.what, line.subject, line.reason) == (
            "correct-mark",
            "pup_mario/2025-10-06",
            "Segnalato dalla scuola",
        )

    async def test_a_correction_serves_a_meal_too(self, canteen: Canteen) -> None:
        await correct(canteen, MARIO, "present", day=date(2025, 9, 15))
        [event] = await canteen.announced()
        assert isinstance(event, MealServed)
        assert (event.meal_id, event.marked_by) == ("pup_mario.2025-09-15.1", "office")

    async def test_a_correction_wins_over_marks_made_before_it_and_still_on_their_way(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present", minute=4))  # a clock four minutes ahead
        await correct(canteen, MARIO, "absent")
        assert await canteen.mark(tap(MARIO, "present", minute=3)) == [Outcome.SUPERSEDED]
        assert (await canteen.marks())[MARIO] == "absent"

    async def test_a_correction_that_changes_nothing_leaves_no_trace(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        await correct(canteen, MARIO, "present")
        assert await canteen.audit() == []
        assert len(await canteen.announced()) == 1

    async def test_the_kind_of_a_meal_is_corrected_once(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        for _ in range(2):
            corrected = await correct(canteen, MARIO, "present", kind=MealKind.LIGHT)
            assert (corrected.kind, corrected.version) == (MealKind.LIGHT, 2)
        assert [what for what, _ in await canteen.meals()] == ["served", "withdrawn", "served"]
        assert len(await canteen.audit()) == 1

    async def test_absent_has_no_kind(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "absent"))
        await correct(canteen, MARIO, "absent", kind=MealKind.HALF)
        assert await canteen.audit() == []
        assert await canteen.announced() == []

    async def test_only_pupils_of_the_class_are_corrected(self, canteen: Canteen) -> None:
        with pytest.raises(NotOnRosterError):
            await correct(canteen, BRUNO, "present")

    async def test_a_pupil_who_has_left_can_still_get_a_meal_back(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        ended = EnrolmentEnded(
            pupil_id=MARIO, enrolment_id="enr_pup_mario_meals", service="meals", last_day=date(2025, 10, 3)
        )
        await canteen.hear(ended)
        corrected = await correct(canteen, MARIO, "absent")
        assert corrected.meal is None
        with pytest.raises(NotOnRosterError):
            await correct(canteen, MARIO, "present")


class RosterScenarios:
    async def test_a_name_may_come_before_or_after_the_pupil(self, canteen: Canteen) -> None:
        early, late = PupilId("pup_early"), PupilId("pup_late")
        await canteen.hear(named(early, "Ada", "Neri"), enrolled(early, "gua_neri"), enrolled(late, "gua_neri"))
        names = [line.family_name for line in SheetShape.of(await canteen.picture()).pupils]
        assert names == ["(nome in arrivo)", "Neri", "Rossi", "Rossi"]
        await canteen.hear(named(late, "Ugo", "Neri"))
        names = [line.given_name for line in SheetShape.of(await canteen.picture()).pupils]
        assert names == ["Ada", "Ugo", "Lucia", "Mario"]

    async def test_a_moved_pupil_sits_in_one_class_at_a_time(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"), day=date(2025, 10, 3))
        moved = PupilMoved(
            pupil_id=MARIO,
            enrolment_id="enr_pup_mario_meals",
            school_id=SCHOOL,
            class_id=ONE_B,
            valid_from=date(2025, 10, 6),
        )
        await canteen.hear(moved, moved)
        assert await canteen.marks(ONE_A) == {LUCIA: "expected"}
        assert set(await canteen.marks(ONE_B)) == {MARIO, BRUNO}
        assert (await canteen.marks(ONE_A, date(2025, 10, 3)))[MARIO] == "present"

    async def test_a_pupil_who_goes_by_bus_only_does_not_eat(self, canteen: Canteen) -> None:
        await canteen.hear(enrolled("pup_bus", "gua_neri", service="transport"))
        assert set(await canteen.marks()) == {MARIO, LUCIA}

    async def test_the_classes_are_those_with_pupils_today_or_soon(self, canteen: Canteen) -> None:
        for day, expected in ((date(2025, 8, 1), [2, 1]), (TODAY, [2, 1]), (date(2026, 7, 1), [])):
            found = classes_of(await canteen.reads.enrolments_ending_from(day), day)
            assert [each.pupils for each in found] == expected

    async def test_a_change_without_its_beginning_is_refused(self, canteen: Canteen) -> None:
        ended = EnrolmentEnded(pupil_id=MARIO, enrolment_id="enr_unknown", service="meals", last_day=TODAY)
        with pytest.raises(EnrolmentUnknownError):
            await canteen.hear(ended)

    async def test_what_does_not_concern_the_roll_is_let_pass(self, canteen: Canteen) -> None:
        tariff = TariffAssigned(
            pupil_id=MARIO, account_id=ROSSI, service="meals", tariff_code="meals-standard", valid_from=TODAY
        )
        await canteen.hear(tariff)
        assert set(await canteen.marks()) == {MARIO, LUCIA}


class FamilyScenarios:
    async def test_a_guardian_sees_the_days_of_a_child(self, canteen: Canteen) -> None:
        for day in (date(2025, 10, 2), date(2025, 10, 3)):
            await canteen.mark(tap(MARIO, "present"), day=day)
        await canteen.mark(tap(MARIO, "absent"))
        days = await show_pupil_days(
            canteen.reads, MARIO, first=date(2025, 10, 3), last=TODAY, guardian_id=AccountId(ROSSI)
        )
        assert [(each.day, each.mark, each.meal.meal_id if each.meal else None) for each in days] == [
            (TODAY, Mark.ABSENT, None),
            (date(2025, 10, 3), Mark.PRESENT, "pup_mario.2025-10-03.1"),
        ]

    async def test_a_child_of_others_does_not_exist(self, canteen: Canteen) -> None:
        for pupil in (BRUNO, PupilId("pup_nobody")):
            with pytest.raises(PupilNotFoundError):
                await show_pupil_days(canteen.reads, pupil, first=TODAY, last=TODAY, guardian_id=AccountId(ROSSI))

    async def test_of_a_child_now_enrolled_by_another_one_sees_only_ones_own_days(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        next_year = enrolled(MARIO, "gua_other").model_copy(
            update={"enrolment_id": "enr_2", "valid_from": date(2026, 9, 12), "valid_to": date(2027, 6, 8)}
        )
        await canteen.hear(next_year)
        days = await show_pupil_days(canteen.reads, MARIO, first=TODAY, last=TODAY, guardian_id=AccountId("gua_other"))
        assert list(days) == []
        assert len(await show_pupil_days(canteen.reads, MARIO, first=TODAY, last=TODAY, guardian_id=None)) == 1

    @pytest.mark.parametrize("first", [TODAY + timedelta(days=1), TODAY - timedelta(days=401)])
    async def test_a_period_has_an_order_and_a_limit(self, canteen: Canteen, first: date) -> None:
        with pytest.raises(PeriodInvalidError):
            await show_pupil_days(canteen.reads, MARIO, first=first, last=TODAY, guardian_id=None)


class MergingScenarios:
    async def test_the_days_of_a_merged_record_are_the_kept_ones_to_see_also_by_way_of_another(
        self, canteen: Canteen
    ) -> None:
        await canteen.mark(tap(MARIO, "present"))
        between, kept = AccountId("gua_between"), AccountId("gua_kept")
        with pytest.raises(PupilNotFoundError):
            await seen(canteen, kept)
        for left, into in ((between, kept), (ROSSI, between), (ROSSI, between)):
            await canteen.hear(GuardianMerged(guardian_id=left, into_guardian_id=into))
        assert list(await canteen.reads.merged_into(kept)) == [between, ROSSI]
        assert [each.mark for each in await seen(canteen, kept)] == [Mark.PRESENT]
        assert set(await every_day_of(canteen.reads, kept)) == {MARIO, LUCIA}
        with pytest.raises(PupilNotFoundError):
            await seen(canteen, BIANCHI)


class SecondGuardianScenarios:
    async def test_who_accepted_sees_the_days_of_the_child_and_of_no_other(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"), tap(LUCIA, "absent"))
        await canteen.hear(beside(SecondGuardianAccepted))
        assert [each.mark for each in await seen(canteen, BIANCHI)] == [Mark.PRESENT]
        assert [each.mark for each in await seen(canteen, ROSSI)] == [Mark.PRESENT]
        with pytest.raises(PupilNotFoundError):
            await seen(canteen, BIANCHI, LUCIA)
        assert list(await every_day_of(canteen.reads, BIANCHI)) == [MARIO]

    async def test_who_was_only_named_or_declined_sees_nothing(self, canteen: Canteen) -> None:
        named_only = SecondGuardianNamed(pupil_id=MARIO, account_id=ROSSI, guardian_id=BIANCHI, second_percent=50)
        await canteen.hear(named_only, beside(SecondGuardianDeclined))
        with pytest.raises(PupilNotFoundError):
            await seen(canteen, BIANCHI)
        assert await every_day_of(canteen.reads, BIANCHI) == {}

    async def test_when_it_ends_they_see_nothing_and_the_next_one_does(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        await canteen.hear(beside(SecondGuardianAccepted), beside(SecondGuardianEnded, ended_by="holder"))
        with pytest.raises(PupilNotFoundError):
            await seen(canteen, BIANCHI)
        next_one = AccountId("gua_neri")
        await canteen.hear(beside(SecondGuardianAccepted, second=next_one))
        await canteen.hear(beside(SecondGuardianEnded, ended_by="office"))
        assert [each.mark for each in await seen(canteen, next_one)] == [Mark.PRESENT]

    async def test_they_see_the_days_of_their_holder_alone(self, canteen: Canteen) -> None:
        other = AccountId("gua_other")
        await canteen.hear(beside(SecondGuardianAccepted, holder=other))
        with pytest.raises(PupilNotFoundError):
            await seen(canteen, BIANCHI)
        next_year = enrolled(MARIO, other).model_copy(
            update={"enrolment_id": "enr_2", "valid_from": date(2026, 9, 12), "valid_to": date(2027, 6, 8)}
        )
        await canteen.hear(next_year)
        await canteen.mark(tap(MARIO, "present"))
        assert list(await seen(canteen, BIANCHI)) == []

    async def test_a_family_is_the_holders_and_the_second_guardians_beside_them(self, canteen: Canteen) -> None:
        elsewhere = beside(SecondGuardianAccepted, holder="gua_other", second="gua_neri")
        await canteen.hear(beside(SecondGuardianAccepted), elsewhere)
        seats = (await canteen.picture()).roll.seats
        assert await families_of(canteen.reads, seats.values()) == {ROSSI, BIANCHI}
        assert await families_of(canteen.reads, [seats[LUCIA]]) == {ROSSI}
        assert await families_of(canteen.reads, []) == set()


class DeedScenarios:
    async def test_what_concerns_a_guardian_is_the_marks_of_their_pupils_and_the_sheets_they_stand_on(
        self, canteen: Canteen
    ) -> None:
        monday, friday = date(2025, 10, 6), date(2025, 10, 3)
        await canteen.mark(tap(MARIO, "present"), tap(LUCIA, "absent"), day=friday)
        moved = PupilMoved(
            pupil_id=MARIO, enrolment_id="enr_pup_mario_meals", school_id=SCHOOL, class_id=ONE_B, valid_from=monday
        )
        await canteen.hear(moved)
        await canteen.mark(tap(MARIO, "present"), tap(BRUNO, "present"), class_id=ONE_B)
        await canteen.hear(beside(SecondGuardianAccepted))
        of_mario = {"pup_mario/2025-10-03", "pup_mario/2025-10-06"}
        sheets = {"primaria-1a/2025-10-03", "primaria-1b/2025-10-06"}
        assert await deeds_about(canteen.reads, BIANCHI) == {"correct-mark": of_mario, "reopen-sheet": sheets}
        both = of_mario | {"pup_lucia/2025-10-03"}
        assert await deeds_about(canteen.reads, AccountId(ROSSI)) == {"correct-mark": both, "reopen-sheet": sheets}
        await canteen.hear(beside(SecondGuardianEnded, ended_by="second"))
        assert await deeds_about(canteen.reads, BIANCHI) == {"correct-mark": set(), "reopen-sheet": set()}

    async def test_a_meal_had_in_a_class_the_pupil_has_left_since_stands_on_its_sheet(self, canteen: Canteen) -> None:
        await canteen.mark(tap(MARIO, "present"))
        moved = PupilMoved(
            pupil_id=MARIO, enrolment_id="enr_pup_mario_meals", school_id=SCHOOL, class_id=ONE_B, valid_from=TODAY
        )
        await canteen.hear(moved)
        deeds = await deeds_about(canteen.reads, AccountId(ROSSI))
        assert deeds["reopen-sheet"] == {"primaria-1a/2025-10-06", "primaria-1b/2025-10-06"}
