"""What enrollment does, on any store: run in memory by the unit tests and on MongoDB by the integration tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from enrollment.domain.application import State
from enrollment.domain.errors import (
    AnswersInvalidError,
    ApplicationNotFoundError,
    ClassNotFoundError,
    ClosureNotFoundError,
    DuplicateApplicationError,
    FiscalCodeInvalidError,
    FormNotFoundError,
    IdempotencyKeyReusedError,
    ReasonInvalidError,
    SchoolNotFoundError,
    SchoolYearNotFoundError,
    SchoolYearOverError,
    TransitionNotAllowedError,
    WindowClosedError,
)
from enrollment.domain.identifiers import ApplicationId, ClassId, FormId, LineId, SchoolId, Service
from enrollment.domain.line import Line
from enrollment.domain.school import SchoolClass
from enrollment.usecases.accept_application import accept_application
from enrollment.usecases.close_school_day import close_school_day
from enrollment.usecases.excuse_class import excuse_class
from enrollment.usecases.open_window import WindowPlan, open_window
from enrollment.usecases.ports import ApplicationFilter
from enrollment.usecases.register_class import register_class
from enrollment.usecases.register_line import register_line
from enrollment.usecases.reject_application import reject_application
from enrollment.usecases.reopen_school_day import reopen_school_day
from enrollment.usecases.review_application import review_application
from enrollment.usecases.withdraw_application import withdraw_application
from refettorio_contracts.enrollment import (
    ApplicationAccepted,
    ApplicationRejected,
    ApplicationSubmitted,
    ApplicationUnderReview,
    ApplicationWithdrawn,
    ClassExcused,
    PupilEnrolled,
    SchoolDayClosed,
    SchoolDayReopened,
    TariffAssigned,
)
from tests.unit.enrollment.town import (
    BIANCHI,
    CLASS_1A,
    CLERK,
    MARIO_BORN,
    MEALS_FORM,
    ROSSI,
    SCHOOL,
    Town,
    answers_for,
    fiscal_code,
)

DAY = date(2025, 10, 4)


class SubmittingScenarios:
    async def test_a_form_sent_is_an_application_submitted(self, town: Town) -> None:
        application = await town.submit()
        assert application.state is State.SUBMITTED
        assert [type(event) for event in await town.announced()] == [ApplicationSubmitted]
        assert await town.reads.applications_of(ROSSI) == [application]
        assert await town.reads.application(application.application_id) == application
        assert await town.reads.applications_of(BIANCHI) == []

    async def test_an_unknown_form_is_not_found(self, town: Town) -> None:
        with pytest.raises(FormNotFoundError):
            await town.submit(form="nothing")

    @pytest.mark.parametrize("day", [date(2025, 7, 10), date(2025, 9, 1)])
    async def test_outside_the_window_nothing_is_taken(self, town: Town, day: date) -> None:
        town.clock.moment = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        with pytest.raises(WindowClosedError) as refusal:
            await town.submit()
        assert refusal.value.values == {"opens_on": "2025-07-11", "closes_on": "2025-08-31"}

    async def test_the_window_closes_at_midnight_of_rome(self, town: Town) -> None:
        town.clock.moment = datetime(2025, 8, 31, 21, 59, tzinfo=UTC)
        await town.submit()
        town.clock.moment = datetime(2025, 8, 31, 22, 0, tzinfo=UTC)
        with pytest.raises(WindowClosedError):
            await town.submit(BIANCHI, answers=answers_for("BNCLCU"))

    async def test_the_same_pupil_cannot_be_applied_for_twice(self, town: Town) -> None:
        await town.submit()
        for guardian in (ROSSI, BIANCHI):
            with pytest.raises(DuplicateApplicationError):
                await town.submit(guardian)
        assert len(await town.reads.applications(ApplicationFilter())) == 1

    async def test_the_same_pupil_may_go_by_bus_too(self, town: Town) -> None:
        meals = await town.submit()
        bus = await town.submit(form="transport-2025-26", answers=answers_for(stop="Via Roma 12", direction="both"))
        assert bus.service is Service.TRANSPORT
        assert bus.pupil.pupil_id == meals.pupil.pupil_id

    async def test_a_letter_for_a_digit_in_the_code_is_still_the_same_pupil(self, town: Town) -> None:
        plain = await town.submit()
        omocode = "RSSMRA18A01H50M"
        from stdnum.it.codicefiscale import calc_check_digit  # noqa: PLC0415 - only this test spells a code by hand

        with pytest.raises(DuplicateApplicationError):
            await town.submit(answers=answers_for(pupil_fiscal_code=omocode + calc_check_digit(omocode)))
        assert plain.state is State.SUBMITTED

    async def test_after_a_rejection_or_withdrawal_one_may_apply_again(self, town: Town) -> None:
        first = await town.submit()
        await town.run(withdraw_application, first.application_id, guardian_id=ROSSI)
        second = await town.submit()
        await town.run(reject_application, second.application_id, reason="Manca la residenza.", by=CLERK)
        third = await town.submit()
        assert third.pupil.pupil_id == first.pupil.pupil_id

    async def test_the_same_key_twice_is_one_application(self, town: Town) -> None:
        first = await town.submit(key="abcdefgh")
        assert await town.submit(key="abcdefgh") == first
        assert len(await town.announced()) == 1

    async def test_the_same_key_with_other_answers_is_refused(self, town: Town) -> None:
        await town.submit(key="abcdefgh")
        with pytest.raises(IdempotencyKeyReusedError):
            await town.submit(key="abcdefgh", answers=answers_for("BNCLCU"))

    async def test_the_same_key_still_answers_after_the_window_has_closed(self, town: Town) -> None:
        first = await town.submit(key="abcdefgh")
        town.clock.moment = datetime(2025, 9, 2, tzinfo=UTC)
        assert await town.submit(key="abcdefgh") == first


class AnswersScenarios:
    async def test_every_problem_of_a_form_is_told_at_once(self, town: Town) -> None:
        answers = answers_for(pupil_given_name="", privacy_accepted=False, pupil_birth_date="31/12/2018", colour="red")
        with pytest.raises(AnswersInvalidError) as refusal:
            await town.submit(answers=answers)
        errors = refusal.value.values["errors"]
        assert isinstance(errors, list)
        assert {each["field"] for each in errors} == {
            "pupil_given_name",
            "privacy_accepted",
            "pupil_birth_date",
            "colour",
        }

    @pytest.mark.parametrize(
        "changed", [{"school_id": "nowhere"}, {"class_id": "nowhere"}, {"pupil_birth_date": "2025-12-01"}]
    )
    async def test_what_is_not_in_the_registry_is_refused(self, town: Town, changed: dict[str, Any]) -> None:
        with pytest.raises(AnswersInvalidError) as refusal:
            await town.submit(answers=answers_for(**changed))
        errors = refusal.value.values["errors"]
        assert isinstance(errors, list)
        assert [each["field"] for each in errors] == list(changed)

    async def test_a_class_not_offered_this_year_is_refused(self, town: Town) -> None:
        old = SchoolClass(class_id=ClassId("5b"), school_id=SCHOOL, name="5B", school_years=frozenset({"2024/25"}))
        await town.run(register_class, old, by=CLERK)
        with pytest.raises(AnswersInvalidError):
            await town.submit(answers=answers_for(class_id="5b"))

    @pytest.mark.parametrize(
        "code",
        [
            "RSSMRA18A01H501X",  # wrong check letter
            "RSSMRA",
            fiscal_code(date(1918, 1, 1)).replace("18A01", "18A02"),  # another day
            "12345678901",  # provisional, wrong check digit
        ],
    )
    async def test_a_wrong_fiscal_code_is_refused(self, town: Town, code: str) -> None:
        with pytest.raises(FiscalCodeInvalidError):
            await town.submit(answers=answers_for(pupil_fiscal_code=code))

    async def test_a_child_born_in_2022_is_not_taken_for_one_of_1922(self, town: Town) -> None:
        await town.submit(answers=answers_for(born=date(2022, 1, 1)))
        with pytest.raises(FiscalCodeInvalidError):
            await town.submit(answers=answers_for(born=date(1922, 1, 1)))

    async def test_a_provisional_code_of_eleven_digits_is_taken(self, town: Town) -> None:
        application = await town.submit(answers=answers_for(pupil_fiscal_code="12345670785"))
        assert application.pupil.fiscal_code == "12345670785"

    async def test_a_code_is_kept_as_it_stands_on_the_card(self, town: Town) -> None:
        code = fiscal_code(MARIO_BORN)
        application = await town.submit(answers=answers_for(pupil_fiscal_code=f" {code.lower()} "))
        assert application.pupil.fiscal_code == code


class DecidingScenarios:
    async def test_the_office_opens_and_accepts(self, town: Town) -> None:
        application = await town.submit()
        await town.run(review_application, application.application_id, by=CLERK)
        accepted = await town.run(accept_application, application.application_id, by=CLERK, note="verificato")
        assert [step.state for step in accepted.history] == [State.SUBMITTED, State.UNDER_REVIEW, State.ACCEPTED]
        assert accepted.decided_at == town.clock.moment
        assert [type(event) for event in await town.announced()] == [
            ApplicationSubmitted,
            ApplicationUnderReview,
            ApplicationAccepted,
            PupilEnrolled,
            TariffAssigned,
        ]
        decisions = [(line.who, line.what) for line in await town.audit() if line.subject == accepted.application_id]
        assert decisions == [("stf_anna", "review-application"), ("stf_anna", "accept-application")]

    async def test_opening_twice_is_opening_once(self, town: Town) -> None:
        application = await town.submit()
        once = await town.run(review_application, application.application_id, by=CLERK)
        assert await town.run(review_application, application.application_id, by=CLERK) == once

    async def test_the_pupil_is_enrolled_from_the_first_day_to_the_last(self, town: Town) -> None:
        application = await town.enrol()
        event = next(each for each in await town.announced() if isinstance(each, PupilEnrolled))
        assert (event.valid_from, event.valid_to) == (date(2025, 9, 12), date(2026, 6, 8))
        assert (event.account_id, event.class_id, event.school_level) == (ROSSI, CLASS_1A, "primaria")
        [pupil] = await town.reads.pupils_of(ROSSI)
        assert pupil.pupil_id == application.pupil.pupil_id == event.pupil_id
        assert [each.enrolment_id for each in pupil.enrolments] == [event.enrolment_id]

    @pytest.mark.parametrize(("direction", "kind"), [("both", "full"), ("outward", "one-way"), ("return", "one-way")])
    async def test_who_rides_one_way_is_told_so(self, town: Town, direction: str, kind: str) -> None:
        await town.enrol(form="transport-2025-26", stop="Via Roma 12", direction=direction)
        event = next(each for each in await town.announced() if isinstance(each, PupilEnrolled))
        [pupil] = await town.reads.pupils_of(ROSSI)
        assert (event.kind, [each.kind for each in pupil.enrolments]) == (kind, [kind])

    async def test_accepted_in_the_year_the_service_begins_that_day(self, town: Town) -> None:
        application = await town.submit()
        town.clock.moment = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
        await town.run(accept_application, application.application_id, by=CLERK)
        event = next(each for each in await town.announced() if isinstance(each, PupilEnrolled))
        assert event.valid_from == date(2025, 11, 3)

    async def test_after_the_year_nobody_is_enrolled_into_it(self, town: Town) -> None:
        application = await town.submit()
        town.clock.moment = datetime(2026, 6, 9, 8, 0, tzinfo=UTC)
        with pytest.raises(SchoolYearOverError):
            await town.run(accept_application, application.application_id, by=CLERK)
        stored = await town.reads.application(application.application_id)
        assert stored == application

    async def test_siblings_are_ranked_by_birth_and_ranked_anew(self, town: Town) -> None:
        younger = await town.enrol(stem="RSSLCU", born=date(2019, 5, 5))
        elder = await town.enrol(stem="RSSMRA", born=MARIO_BORN)
        ranks = [
            (event.pupil_id, event.sibling_rank)
            for event in await town.announced()
            if isinstance(event, TariffAssigned)
        ]
        youngest_id, eldest_id = younger.pupil.pupil_id, elder.pupil.pupil_id
        assert ranks[0] == (youngest_id, 1)
        assert set(ranks[1:]) == {(eldest_id, 1), (youngest_id, 2)}

    async def test_an_elder_sibling_leaves_a_younger_ones_rank_as_it_is(self, town: Town) -> None:
        await town.enrol(stem="RSSMRA", born=MARIO_BORN)
        await town.enrol(stem="RSSLCU", born=date(2019, 5, 5))
        tariffs = [event.sibling_rank for event in await town.announced() if isinstance(event, TariffAssigned)]
        assert tariffs == [1, 2]

    async def test_a_sibling_of_another_year_or_holder_does_not_count(self, town: Town) -> None:
        await town.enrolled_last_year(stem="RSSMRA", born=MARIO_BORN)
        await town.enrol(BIANCHI, stem="BNCLCU", born=date(2016, 1, 1))
        await town.enrol(stem="RSSLCU", born=date(2019, 5, 5))
        tariffs = [event.sibling_rank for event in await town.announced() if isinstance(event, TariffAssigned)]
        assert tariffs == [1, 1, 1]

    async def test_a_rejection_carries_its_reason(self, town: Town) -> None:
        application = await town.submit()
        reason = "La classe indicata non ha il rientro pomeridiano."
        rejected = await town.run(reject_application, application.application_id, reason=f" {reason} ", by=CLERK)
        assert rejected.reason == reason
        event = (await town.announced())[-1]
        assert isinstance(event, ApplicationRejected)
        assert event.reason == reason

    @pytest.mark.parametrize("reason", ["no", "x" * 501, "         x         "])
    async def test_a_rejection_needs_a_reason_worth_reading(self, town: Town, reason: str) -> None:
        application = await town.submit()
        with pytest.raises(ReasonInvalidError):
            await town.run(reject_application, application.application_id, reason=reason, by=CLERK)

    async def test_a_decision_is_made_once(self, town: Town) -> None:
        application = await town.enrol()
        with pytest.raises(TransitionNotAllowedError):
            await town.run(accept_application, application.application_id, by=CLERK)
        with pytest.raises(TransitionNotAllowedError):
            await town.run(reject_application, application.application_id, reason="Ripensamento", by=CLERK)
        assert len([each for each in await town.announced() if isinstance(each, PupilEnrolled)]) == 1

    async def test_a_guardian_takes_back_only_what_is_theirs(self, town: Town) -> None:
        application = await town.submit()
        with pytest.raises(ApplicationNotFoundError):
            await town.run(withdraw_application, application.application_id, guardian_id=BIANCHI)
        for _ in range(2):
            withdrawn = await town.run(withdraw_application, application.application_id, guardian_id=ROSSI)
            assert withdrawn.state is State.WITHDRAWN
        assert [type(each) for each in await town.announced()] == [ApplicationSubmitted, ApplicationWithdrawn]

    async def test_an_unknown_application_is_not_found(self, town: Town) -> None:
        with pytest.raises(ApplicationNotFoundError):
            await town.run(accept_application, ApplicationId("app_0"), by=CLERK)

    async def test_the_office_filters_its_list(self, town: Town) -> None:
        mario = await town.submit()
        luca = await town.submit(answers=answers_for("RSSLCU", date(2019, 5, 5)))
        await town.run(review_application, luca.application_id, by=CLERK)
        found = await town.reads.applications(ApplicationFilter(state=State.SUBMITTED, school_year="2025/26"))
        assert [each.application_id for each in found] == [mario.application_id]
        assert await town.reads.applications(ApplicationFilter(service=Service.TRANSPORT)) == []


def line(line_id: str, name: str, *school_ids: str) -> Line:
    return Line(line_id=LineId(line_id), name=name, school_ids=frozenset(map(SchoolId, school_ids)))


class SettingUpScenarios:
    async def test_windows_and_schools_are_read_back(self, town: Town) -> None:
        assert [window.form_id for window in await town.reads.windows()] == [
            "meals-2025-26",
            "transport-2025-26",
            "meals-2024-25",
            "transport-2024-25",
        ]
        [found] = await town.reads.schools("2025/26")
        assert (found.school.school_id, [each.class_id for each in found.classes]) == (SCHOOL, [CLASS_1A])
        assert found.classes[0].school_years == {"2024/25", "2025/26"}
        assert await town.reads.pupils() == []

    async def test_a_window_in_use_keeps_its_version_of_the_form(self, town: Town) -> None:
        known = await town.reads.window(MEALS_FORM)
        assert known is not None
        plan = WindowPlan(
            form_id=MEALS_FORM,
            service=Service.MEALS,
            school_year="2025/26",
            opens_on=known.opens_on,
            closes_on=date(2025, 9, 30),
            tariff_code="meals-standard",
        )
        window = await town.run(open_window, plan, by=CLERK)
        assert (window.form_version, window.closes_on) == (known.form_version, date(2025, 9, 30))

    async def test_a_window_needs_its_school_year(self, town: Town) -> None:
        plan = WindowPlan(
            form_id=FormId("x"),
            service=Service.MEALS,
            school_year="2030/31",
            opens_on=DAY,
            closes_on=DAY,
            tariff_code="x",
        )
        with pytest.raises(SchoolYearNotFoundError):
            await town.run(open_window, plan, by=CLERK)

    async def test_a_class_needs_its_school(self, town: Town) -> None:
        lost = SchoolClass(
            class_id=ClassId("x"), school_id=SchoolId("x"), name="X", school_years=frozenset({"2025/26"})
        )
        with pytest.raises(SchoolNotFoundError):
            await town.run(register_class, lost, by=CLERK)

    async def test_a_line_serves_schools_that_exist_and_changes_when_put_again(self, town: Town) -> None:
        with pytest.raises(SchoolNotFoundError):
            await town.run(register_line, line("verde", "Linea verde", SCHOOL, "nowhere"), by=CLERK)
        assert await town.reads.lines() == []
        await town.run(register_line, line("verde", "Linea verde", SCHOOL), by=CLERK)
        await town.run(register_line, line("blu", "Linea blu", SCHOOL), by=CLERK)
        changed = await town.run(register_line, line("verde", "Linea del bosco", SCHOOL), by=CLERK)
        assert await town.reads.lines() == [line("blu", "Linea blu", SCHOOL), changed]

    async def test_a_school_day_is_closed_once_and_reopened_once(self, town: Town) -> None:
        for _ in range(2):
            await town.run(close_school_day, SCHOOL, DAY, reason="Sciopero", by=CLERK)
        await town.run(reopen_school_day, SCHOOL, DAY, by=CLERK)
        with pytest.raises(ClosureNotFoundError):
            await town.run(reopen_school_day, SCHOOL, DAY, by=CLERK)
        await town.run(close_school_day, SCHOOL, DAY, reason="Neve", by=CLERK)
        assert [type(each) for each in await town.announced()] == [
            SchoolDayClosed,
            SchoolDayReopened,
            SchoolDayClosed,
        ]

    async def test_an_unknown_school_or_class_has_no_calendar(self, town: Town) -> None:
        with pytest.raises(SchoolNotFoundError):
            await town.run(close_school_day, SchoolId("x"), DAY, reason="Neve", by=CLERK)
        with pytest.raises(ClassNotFoundError):
            await town.run(excuse_class, ClassId("x"), DAY, reason="Gita", by=CLERK)

    async def test_a_class_is_excused_once(self, town: Town) -> None:
        for _ in range(2):
            await town.run(excuse_class, CLASS_1A, DAY, reason="Gita", by=CLERK)
        [event] = await town.announced()
        assert isinstance(event, ClassExcused)
        assert (event.class_id, event.school_id, event.day, event.reason) == (CLASS_1A, SCHOOL, DAY, "Gita")
