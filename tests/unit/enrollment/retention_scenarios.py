"""What the rules of retention make go, and when, on any store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from enrollment.domain.retention import ACCEPTED, RULES, UNACCEPTED
from enrollment.usecases.accept_application import accept_application
from enrollment.usecases.forget_by_rule import forget_by_rule
from enrollment.usecases.ports import ApplicationFilter
from enrollment.usecases.reject_application import reject_application
from refettorio_contracts.enrollment import SecondGuardianEnded, SharesAgreed
from tests.unit.enrollment.parents import VERDI, sharing
from tests.unit.enrollment.town import BIANCHI, CLERK, ROSSI, Town, answers_for

YEAR_OVER = date(2026, 6, 8)
"""The last day of 2025/26 in the town."""
NOTHING = dict.fromkeys([*(rule.name for rule in RULES), "pupils"], 0)


def the_day_after(kept_for: timedelta) -> datetime:
    return datetime.combine(YEAR_OVER + kept_for, datetime.min.time(), UTC) + timedelta(days=1, hours=3)


class RetentionScenarios:
    async def test_nothing_goes_on_the_last_day_of_its_time(self, town: Town) -> None:
        application = await town.submit()
        await town.run(reject_application, application.application_id, reason="Alunno non residente.", by=CLERK)
        town.clock.moment = the_day_after(UNACCEPTED.kept_for) - timedelta(days=1)
        assert await town.run(forget_by_rule) == NOTHING
        assert await town.reads.application(application.application_id) is not None
        assert [line for line in await town.audit() if line.role == "system"] == []

    async def test_a_refused_form_goes_with_its_pupil_a_year_after_its_school_year(self, town: Town) -> None:
        refused = await town.submit()
        waiting = await town.submit(BIANCHI, answers=answers_for("BNCLCU"))
        await town.run(reject_application, refused.application_id, reason="Alunno non residente.", by=CLERK)
        town.clock.moment = the_day_after(UNACCEPTED.kept_for)
        gone = await town.run(forget_by_rule)
        assert gone == NOTHING | {"unaccepted-applications": 2, "pupils": 2}
        for application in (refused, waiting):
            assert await town.reads.application(application.application_id) is None
            assert await town.reads.pupil(application.pupil.pupil_id) is None
        lines = [line for line in await town.audit() if line.role == "system"]
        assert [(line.who, line.what, line.subject, line.details) for line in lines] == [
            ("enrollment", "forget-by-rule", "unaccepted-applications", {"number": "2"}),
            ("enrollment", "forget-by-rule", "pupils", {"number": "2"}),
        ]

    async def test_an_accepted_form_loses_its_notes_first_and_goes_when_the_books_no_longer_need_it(
        self, town: Town
    ) -> None:
        sent = await town.submit(answers=answers_for(notes="Celiachia"))
        await town.run(accept_application, sent.application_id, by=CLERK, note="Vista la residenza")
        town.clock.moment = the_day_after(UNACCEPTED.kept_for)
        assert await town.run(forget_by_rule) == NOTHING | {"notes-of-applications": 1}
        kept = await town.reads.application(sent.application_id)
        assert kept is not None
        assert ("notes" in kept.answers, kept.note, kept.answers["pupil_given_name"]) == (False, None, "Mario")
        assert [each.pupil_id for each in await town.reads.pupils_of(ROSSI)] == [sent.pupil.pupil_id]
        town.clock.moment = the_day_after(ACCEPTED.kept_for)
        assert await town.run(forget_by_rule) == NOTHING | {"accepted-applications": 1, "pupils": 1}
        assert await town.reads.applications(ApplicationFilter()) == []
        assert await town.reads.pupil(sent.pupil.pupil_id) is None

    async def test_a_pupil_who_is_still_served_stays_with_what_is_younger(self, town: Town) -> None:
        await town.enrolled_last_year()
        again = await town.enrol()
        # 2024/25 ended a year before: its ten years are over, those of 2025/26 are not.
        town.clock.moment = the_day_after(ACCEPTED.kept_for) - timedelta(days=200)
        assert await town.run(forget_by_rule) == NOTHING | {"accepted-applications": 1}
        pupil = await town.reads.pupil(again.pupil.pupil_id)
        assert pupil is not None
        assert [each.school_year for each in pupil.enrolments] == ["2025/26"]

    async def test_twice_is_once(self, town: Town) -> None:
        await town.submit()
        town.clock.moment = the_day_after(UNACCEPTED.kept_for)
        await town.run(forget_by_rule)
        assert await town.run(forget_by_rule) == NOTHING
        assert len([line for line in await town.audit() if line.role == "system"]) == 2

    async def test_a_sharing_that_still_holds_is_told_to_have_ended_before_it_goes_with_its_pupil(
        self, town: Town
    ) -> None:
        second = await sharing(town)
        before = len(await town.announced())
        town.clock.moment = the_day_after(ACCEPTED.kept_for)
        tomorrow = town.clock.moment.date() + timedelta(days=1)
        for _ in range(2):
            await town.run(forget_by_rule)
        part: dict[str, Any] = {"pupil_id": second.pupil_id, "account_id": ROSSI, "guardian_id": VERDI}
        assert (await town.announced())[before:] == [
            SecondGuardianEnded(**part, ended_by="office"),
            SharesAgreed(**part, second_percent=0, valid_from=tomorrow),
        ]
        assert await town.reads.pupil(second.pupil_id) is None
        assert await town.reads.second_guardian(second.second_guardian_id) is None
