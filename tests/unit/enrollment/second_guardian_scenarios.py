"""The second guardian of a pupil, on any store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from enrollment.domain.account_facts import DebtOpened
from enrollment.domain.errors import (
    FiscalCodeInvalidError,
    NotYoursToAnswerError,
    PupilNotFoundError,
    SecondGuardianExistsError,
    SecondGuardianIsPupilError,
    SecondGuardianNotAdultError,
    SecondGuardianSelfError,
    SecondGuardianUnknownError,
    SharesDayError,
    SharesPendingError,
    TransitionNotAllowedError,
)
from enrollment.domain.identifiers import PupilId, SecondGuardianId
from enrollment.domain.second_guardian import Proposal, Shares, Side, State
from enrollment.usecases.end_second_guardian import end_by_office
from enrollment.usecases.follow_balance import follow_balance
from enrollment.usecases.follow_merge import follow_merge
from enrollment.usecases.forget_by_rule import forget_by_rule
from enrollment.usecases.know_guardian import follow_death
from enrollment.usecases.look_at_debt import look_at_debt
from enrollment.usecases.see_pupils import see_pupils
from enrollment.usecases.show_second_guardians import show_second_guardians
from refettorio_contracts import Event
from refettorio_contracts.enrollment import (
    SecondGuardianAccepted,
    SecondGuardianDeclined,
    SecondGuardianEnded,
    SecondGuardianNamed,
    SharesAgreed,
    SharesDeclined,
    SharesProposed,
)
from tests.unit.enrollment.changing_scenarios import NOVEMBER, another_school, moved
from tests.unit.enrollment.parents import (
    BORN,
    CODES,
    VERDI,
    act,
    at_the_counter,
    known,
    name,
    on,
    propose,
    sharing,
    stored,
)
from tests.unit.enrollment.town import BIANCHI, CLERK, IN_THE_WINDOW, MARIO_BORN, ROSSI, Town, answers_for, fiscal_code

TODAY = IN_THE_WINDOW.date()
TOMORROW = TODAY + timedelta(days=1)
OCTOBER = date(2025, 10, 1)
BERTA = "stf_berta"


async def told(town: Town) -> list[Event]:
    """What was told of second guardians and shares."""
    return [each for each in await town.announced() if each.subject.startswith("second-guardian/")]


class NamingScenarios:
    async def test_who_was_named_accepts_and_bears_their_share_from_tomorrow(self, town: Town) -> None:
        second = await sharing(town)
        assert (second.state, second.guardian_id, second.accepted_at) == (State.ACCEPTED, VERDI, IN_THE_WINDOW)
        assert [second.percent_on(day) for day in (TODAY, TOMORROW, OCTOBER)] == [0, 40, 40]
        part: dict[str, Any] = {"pupil_id": second.pupil_id, "account_id": ROSSI, "guardian_id": VERDI}
        assert await told(town) == [
            SecondGuardianNamed(**part, second_percent=40),
            SecondGuardianAccepted(**part),
            SharesAgreed(**part, second_percent=40, valid_from=TOMORROW),
        ]
        assert await act(town, "accept", second, VERDI) == second
        assert await stored(town, second) == second
        assert len(await told(town)) == 3
        assert "second-guardian" not in {line.what for line in await town.audit()}

    async def test_who_never_signed_in_finds_it_when_they_do_by_their_code_alone(self, town: Town) -> None:
        await known(town, ROSSI, BIANCHI)
        application = await town.enrol()
        named = await name(town, application.pupil.pupil_id)
        assert (named.guardian_id, await told(town)) == (None, [])
        assert await town.reads.second_guardians_of(VERDI) == []
        with pytest.raises(SecondGuardianUnknownError):
            await act(town, "accept", named, VERDI)
        await known(town)
        assert await town.reads.second_guardians_of(VERDI) == [named]
        assert await town.reads.second_guardians_of(BIANCHI) == []
        with pytest.raises(SecondGuardianUnknownError):
            await act(town, "accept", named, BIANCHI)
        accepted = await act(town, "accept", named, VERDI)
        assert (accepted.guardian_id, accepted.state) == (VERDI, State.ACCEPTED)

    async def test_before_they_accept_the_two_know_little_of_each_other(self, town: Town) -> None:
        await known(town)
        application = await town.enrol()
        named = await name(town, application.pupil.pupil_id)
        [own] = await show_second_guardians(town.reads, town.clock, ROSSI)
        assert (own.side, own.pupil_name, own.other_name) == (Side.HOLDER, "Mario Rossi", None)
        [theirs] = await show_second_guardians(town.reads, town.clock, VERDI)
        assert (theirs.side, theirs.pupil_name, theirs.other_name) == (Side.SECOND, "Mario", "Gianni Rossi")
        assert list(await see_pupils(town.reads, VERDI)) == []
        await act(town, "accept", named, VERDI)
        [own] = await show_second_guardians(town.reads, town.clock, ROSSI)
        [theirs] = await show_second_guardians(town.reads, town.clock, VERDI)
        assert (own.other_name, theirs.pupil_name) == ("Giulia Verdi", "Mario Rossi")
        [seen] = await see_pupils(town.reads, VERDI)
        assert (seen.pupil.pupil_id, seen.side) == (application.pupil.pupil_id, Side.SECOND)
        assert [each.account_id for each in seen.enrolments] == [ROSSI]
        [seen] = await see_pupils(town.reads, ROSSI)
        assert seen.side is Side.HOLDER

    async def test_who_declines_hears_no_more_and_another_may_be_named(self, town: Town) -> None:
        await known(town)
        application = await town.enrol()
        named = await name(town, application.pupil.pupil_id)
        for _ in range(2):
            declined = await act(town, "decline", named, VERDI)
        assert (declined.state, declined.ended_at) == (State.DECLINED, IN_THE_WINDOW)
        assert [type(each) for each in await told(town)] == [SecondGuardianNamed, SecondGuardianDeclined]
        with pytest.raises(TransitionNotAllowedError):
            await act(town, "accept", named, VERDI)
        again = await name(town, application.pupil.pupil_id, CODES[BIANCHI])
        assert again.version > declined.version

    async def test_one_is_live_for_a_pupil_and_a_holder(self, town: Town) -> None:
        second = await sharing(town)
        with pytest.raises(SecondGuardianExistsError):
            await name(town, second.pupil_id, CODES[BIANCHI])
        bus = answers_for(stop="Via Roma 12", direction="both")
        await town.submit(BIANCHI, "transport-2025-26", answers=bus)
        with pytest.raises(PupilNotFoundError):
            await name(town, second.pupil_id, holder=BIANCHI)

    async def test_each_of_two_holders_has_a_second_guardian_of_their_own(self, town: Town) -> None:
        second = await sharing(town)
        await town.enrol(VERDI, "transport-2025-26", stop="Via Roma 12", direction="both")
        mutual = await name(town, second.pupil_id, CODES[ROSSI], holder=VERDI)
        await act(town, "accept", mutual, ROSSI)
        assert [each.side for each in await see_pupils(town.reads, ROSSI)] == [Side.HOLDER, Side.SECOND]
        accounts = [each.enrolments[0].account_id for each in await see_pupils(town.reads, VERDI)]
        assert accounts == [VERDI, ROSSI]

    @pytest.mark.parametrize(
        ("code", "refusal"),
        [
            (CODES[ROSSI], SecondGuardianSelfError),
            (fiscal_code(MARIO_BORN), SecondGuardianIsPupilError),
            (fiscal_code(date(2007, 7, 21), "VRDGLI"), SecondGuardianNotAdultError),
            ("12345678903", SecondGuardianNotAdultError),
            ("RSSMRA", FiscalCodeInvalidError),
        ],
    )
    async def test_another_adult_is_named_by_their_final_code(
        self, town: Town, code: str, refusal: type[Exception]
    ) -> None:
        await known(town)
        application = await town.enrol()
        with pytest.raises(refusal):
            await name(town, application.pupil.pupil_id, code)
        come_of_age = fiscal_code(TODAY.replace(year=2007), "VRDGLI")
        assert (await name(town, application.pupil.pupil_id, come_of_age)).state is State.NAMED

    async def test_only_who_enrolled_the_pupil_names_and_only_who_was_named_answers(self, town: Town) -> None:
        await known(town)
        application = await town.enrol()
        for pupil_id in (application.pupil.pupil_id, PupilId("pup_0")):
            with pytest.raises(PupilNotFoundError):
                await name(town, pupil_id, CODES[ROSSI], holder=VERDI)
        named = await name(town, application.pupil.pupil_id)
        for step in ("accept", "decline"):
            with pytest.raises(NotYoursToAnswerError):
                await act(town, step, named, ROSSI)
            with pytest.raises(SecondGuardianUnknownError):
                await act(town, step, named, BIANCHI)

    async def test_what_is_done_at_the_counter_is_in_the_audit(self, town: Town) -> None:
        await known(town)
        application = await town.enrol()
        named = await name(town, application.pupil.pupil_id, by=at_the_counter(ROSSI))
        await act(town, "accept", named, VERDI, at_the_counter(VERDI, BERTA))
        await propose(town, named, ROSSI, 10, TOMORROW, at_the_counter(ROSSI))
        await act(town, "accept shares", named, VERDI, at_the_counter(VERDI, BERTA))
        await propose(town, named, VERDI, 5, OCTOBER, at_the_counter(VERDI, BERTA))
        await act(town, "decline shares", named, ROSSI, at_the_counter(ROSSI))
        await act(town, "end", named, ROSSI, at_the_counter(ROSSI))
        lines = [line for line in await town.audit() if line.subject == named.second_guardian_id]
        hands = {(line.who, line.acted_by, line.acted_as) for line in lines}
        assert hands == {(ROSSI, "stf_anna", "clerk"), (VERDI, BERTA, "clerk")}
        assert [line.what for line in lines] == [
            *("name-second-guardian", "accept-second-guardian", "propose-shares", "accept-shares"),
            *("propose-shares", "decline-shares", "end-second-guardian"),
        ]
        assert CODES[VERDI] not in repr(lines)


class SharesScenarios:
    async def test_shares_change_when_the_other_one_agrees(self, town: Town) -> None:
        second = await sharing(town)
        proposed = await propose(town, second, VERDI, 60, OCTOBER)
        shares = Shares(second_percent=60, valid_from=OCTOBER)
        assert proposed.proposal == Proposal(by=Side.SECOND, shares=shares, proposed_at=IN_THE_WINDOW)
        assert proposed.percent_on(OCTOBER) == 40
        with pytest.raises(NotYoursToAnswerError):
            await act(town, "accept shares", second, VERDI)
        with pytest.raises(SharesPendingError):
            await propose(town, second, ROSSI, 50, OCTOBER)
        agreed = await act(town, "accept shares", second, ROSSI)
        assert (agreed.next_after(TOMORROW), agreed.proposal) == (shares, None)
        part: dict[str, Any] = {"pupil_id": second.pupil_id, "account_id": ROSSI, "guardian_id": VERDI}
        assert (await told(town))[3:] == [
            SharesProposed(**part, to_guardian_id=ROSSI, second_percent=60, valid_from=OCTOBER),
            SharesAgreed(**part, second_percent=60, valid_from=OCTOBER),
        ]

    async def test_an_answer_that_comes_late_counts_from_tomorrow(self, town: Town) -> None:
        second = await sharing(town)
        await propose(town, second, ROSSI, 70, TOMORROW)
        on(town, datetime(2025, 8, 10, 22, 30, tzinfo=UTC))  # already the eleventh in Rome
        agreed = await act(town, "accept shares", second, VERDI)
        days = [date(2025, 8, 11), date(2025, 8, 12)]
        assert [agreed.percent_on(day) for day in days] == [40, 70]
        [*_, last] = await told(town)
        assert isinstance(last, SharesAgreed)
        assert last.valid_from == date(2025, 8, 12)

    async def test_a_no_leaves_what_was_agreed_and_is_told_to_who_proposed(self, town: Town) -> None:
        second = await sharing(town)
        await propose(town, second, ROSSI, 70, TOMORROW)
        declined = await act(town, "decline shares", second, VERDI)
        assert (declined.proposal, declined.percent_on(OCTOBER)) == (None, 40)
        [*_, last] = await told(town)
        assert isinstance(last, SharesDeclined)
        assert last.to_guardian_id == ROSSI
        await propose(town, second, VERDI, 10, TOMORROW)
        before = await told(town)
        await propose(town, second, VERDI, 20, TOMORROW)
        taken_back = await act(town, "decline shares", second, VERDI)
        assert taken_back.proposal is None
        assert [type(each) for each in (await told(town))[len(before) :]] == [SharesProposed]

    @pytest.mark.parametrize("day", [TODAY, date(2027, 9, 1)])
    async def test_shares_hold_from_tomorrow_at_the_earliest_to_the_end_of_the_next_year(
        self, town: Town, day: date
    ) -> None:
        second = await sharing(town)
        on(town, datetime(2025, 9, 20, 10, tzinfo=UTC))
        first, last = date(2025, 9, 21), date(2027, 8, 31)
        with pytest.raises(SharesDayError) as refusal:
            await propose(town, second, ROSSI, 70, day)
        assert refusal.value.values == {"first": first.isoformat(), "last": last.isoformat()}
        for allowed in (first, last):
            await propose(town, second, ROSSI, 70, allowed)


class EndingScenarios:
    @pytest.mark.parametrize("who", [ROSSI, VERDI])
    async def test_either_ends_it_at_once_and_nothing_is_shared_from_tomorrow(self, town: Town, who: str) -> None:
        second = await sharing(town)
        await propose(town, second, ROSSI, 70, OCTOBER)
        await act(town, "accept shares", second, VERDI)
        on(town, datetime(2025, 9, 20, 10, tzinfo=UTC))
        for _ in range(2):
            ended = await act(town, "end", second, ROSSI if who == ROSSI else VERDI)
        days = [date(2025, 9, 20), date(2025, 9, 21), OCTOBER]
        assert [ended.percent_on(day) for day in days] == [40, 0, 0]
        assert list(await see_pupils(town.reads, VERDI)) == []
        *_, over, tomorrow, october = await told(town)
        assert isinstance(over, SecondGuardianEnded)
        assert over.ended_by == ("holder" if who == ROSSI else "second")
        assert isinstance(tomorrow, SharesAgreed)
        assert isinstance(october, SharesAgreed)
        assert [(each.valid_from, each.second_percent) for each in (tomorrow, october)] == [(days[1], 0), (OCTOBER, 0)]

    async def test_the_office_ends_it_with_a_reason_that_stays_in_the_audit(self, town: Town) -> None:
        second = await sharing(town)
        for _ in range(2):
            ended = await town.run(end_by_office, second.second_guardian_id, reason="Sentenza 12/2025", by=CLERK)
        assert (ended.state, ended.ended_by) == (State.ENDED, "office")
        [line] = [line for line in await town.audit() if line.what == "end-second-guardian"]
        assert (line.who, line.subject, line.reason) == ("stf_anna", second.second_guardian_id, "Sentenza 12/2025")
        with pytest.raises(SecondGuardianUnknownError):
            await town.run(end_by_office, SecondGuardianId("sgu_0"), reason="Sentenza", by=CLERK)

    async def test_after_a_second_guardian_who_died_there_is_none_unless_it_was_a_mistake(self, town: Town) -> None:
        second = await sharing(town)
        before = IN_THE_WINDOW - timedelta(days=1)
        await town.run(follow_death, VERDI, told_at=before)
        assert (await stored(town, second)).state is State.ACCEPTED
        for _ in range(2):
            await town.run(follow_death, VERDI, told_at=IN_THE_WINDOW)
        assert (await stored(town, second)).ended_by == "office"
        await town.run(follow_death, ROSSI, told_at=IN_THE_WINDOW)

    async def test_what_is_over_goes_by_rule_and_the_numbers_go_on(self, town: Town) -> None:
        second = await sharing(town)
        ended = await act(town, "end", second, VERDI)
        declined = await act(town, "decline", await name(town, second.pupil_id), VERDI)
        waiting = await name(town, second.pupil_id, CODES[BIANCHI])
        on(town, IN_THE_WINDOW + timedelta(days=365))
        assert (await town.run(forget_by_rule))["unaccepted-second-guardians"] == 0
        on(town, IN_THE_WINDOW + timedelta(days=366))
        gone = await town.run(forget_by_rule)
        assert (gone["unaccepted-second-guardians"], gone["ended-second-guardians"]) == (2, 0)
        assert await town.reads.second_guardian(declined.second_guardian_id) is None
        assert await town.reads.second_guardian(ended.second_guardian_id) == ended
        assert (await name(town, second.pupil_id)).version == waiting.version + 1
        on(town, IN_THE_WINDOW + timedelta(days=3654))
        assert (await town.run(forget_by_rule))["ended-second-guardians"] == 1
        on(town, IN_THE_WINDOW + timedelta(days=4300))
        await town.run(forget_by_rule)
        assert await town.reads.second_guardians_for(second.pupil_id) == []

    async def test_who_was_second_guardian_last_year_is_no_new_family(self, town: Town) -> None:
        on(town, datetime(2024, 7, 20, 10, tzinfo=UTC))
        await known(town)
        application = await town.enrol(form="meals-2024-25")
        named = await name(town, application.pupil.pupil_id)
        on(town, datetime(2025, 2, 1, 10, tzinfo=UTC))
        await act(town, "accept", named, VERDI)
        on(town, IN_THE_WINDOW)
        await town.run(follow_balance, [(each, DebtOpened(debt_cents=500)) for each in (VERDI, BIANCHI)])
        block = await look_at_debt(town.reads, town.clock, VERDI, "2025/26")
        assert block is not None
        assert block.debt_cents == 500
        assert await look_at_debt(town.reads, town.clock, VERDI, "2026/27") is None
        assert await look_at_debt(town.reads, town.clock, BIANCHI, "2025/26") is None


class HandingScenarios:
    """Two records of one person; it is the 20th of October."""

    async def test_the_sharing_goes_on_tomorrow_for_the_kept_account(self, town: Town) -> None:
        second = await sharing(town)
        on(town, datetime(2025, 10, 20, 10, tzinfo=UTC))
        before = await told(town)
        for _ in range(2):
            await town.run(follow_merge, ROSSI, into=BIANCHI)
        handed = await stored(town, second)
        assert (handed.holder_id, handed.state, handed.percent_on(date(2025, 10, 20))) == (BIANCHI, State.ACCEPTED, 40)
        tomorrow = date(2025, 10, 21)
        old: dict[str, Any] = {"pupil_id": second.pupil_id, "account_id": ROSSI, "guardian_id": VERDI}
        kept = old | {"account_id": BIANCHI}
        assert (await told(town))[len(before) :] == [
            SecondGuardianEnded(**old, ended_by="merge"),
            SharesAgreed(**old, second_percent=0, valid_from=tomorrow),
            SecondGuardianAccepted(**kept),
            SharesAgreed(**kept, second_percent=40, valid_from=tomorrow),
        ]
        assert [each.enrolments[0].account_id for each in await see_pupils(town.reads, VERDI)] == [BIANCHI]

    async def test_the_second_guardian_s_kept_record_takes_their_place(self, town: Town) -> None:
        second = await sharing(town)
        before = await told(town)
        for _ in range(2):
            await town.run(follow_merge, VERDI, into=BIANCHI)
        assert (await stored(town, second)).guardian_id == BIANCHI
        old: dict[str, Any] = {"pupil_id": second.pupil_id, "account_id": ROSSI, "guardian_id": VERDI}
        assert (await told(town))[len(before) :] == [
            SecondGuardianEnded(**old, ended_by="merge"),
            SecondGuardianAccepted(**old | {"guardian_id": BIANCHI}),
            SharesAgreed(**old | {"guardian_id": BIANCHI}, second_percent=40, valid_from=TOMORROW),
        ]
        assert await town.reads.codes_of(BIANCHI) == {CODES[BIANCHI], CODES[VERDI]}
        application = await town.enrol(stem="RSSLCU", born=date(2019, 1, 1))
        named = await name(town, application.pupil.pupil_id)
        assert named.guardian_id == BIANCHI

    @pytest.mark.parametrize(("left", "kept"), [(ROSSI, VERDI), (VERDI, ROSSI)])
    async def test_where_both_became_one_person_it_ends(self, town: Town, left: str, kept: str) -> None:
        second = await sharing(town)
        pair = (VERDI, ROSSI) if left == VERDI else (ROSSI, VERDI)
        await town.run(follow_merge, pair[0], into=pair[1])
        ended = await stored(town, second)
        assert (ended.state, ended.ended_by, ended.percent_on(OCTOBER)) == (State.ENDED, "merge", 0)
        *_, over, shares = await told(town)
        assert isinstance(over, SecondGuardianEnded)
        assert isinstance(shares, SharesAgreed)
        assert (over.ended_by, shares.second_percent, kept != left) == ("merge", 0, True)

    async def test_up_to_a_change_that_is_told_already_the_old_account_s_costs_stay_shared(self, town: Town) -> None:
        second = await sharing(town)
        await another_school(town)
        on(town, datetime(2025, 10, 20, 10, tzinfo=UTC))
        await moved(town, second.pupil_id)
        await town.run(follow_merge, ROSSI, into=BIANCHI)
        shares = [each for each in await told(town) if isinstance(each, SharesAgreed)]
        assert [(each.account_id, each.valid_from, each.second_percent) for each in shares[-2:]] == [
            (ROSSI, NOVEMBER, 0),
            (BIANCHI, date(2025, 10, 21), 40),
        ]

    async def test_who_the_kept_account_shares_with_already_stays(self, town: Town) -> None:
        second = await sharing(town)
        await town.enrol(BIANCHI, "transport-2025-26", stop="Via Roma 12", direction="both")
        chosen = await act(town, "accept", await name(town, second.pupil_id, holder=BIANCHI, percent=10), VERDI)
        await town.run(follow_merge, ROSSI, into=BIANCHI)
        assert (await stored(town, second)).ended_by == "merge"
        assert await stored(town, chosen) == chosen

    async def test_what_both_agreed_to_comes_before_whom_the_kept_account_only_named(self, town: Town) -> None:
        second = await sharing(town)
        await town.enrol(BIANCHI, "transport-2025-26", stop="Via Roma 12", direction="both")
        asked = await name(town, second.pupil_id, fiscal_code(BORN, "NREPLA"), holder=BIANCHI)
        await town.run(follow_merge, ROSSI, into=BIANCHI)
        handed = await stored(town, second)
        assert (handed.holder_id, handed.state) == (BIANCHI, State.ACCEPTED)
        waited = await stored(town, asked)
        assert (waited.state, waited.ended_by) == (State.ENDED, "merge")
        assert handed.version > waited.version

    async def test_days_the_kept_account_had_told_of_are_shared_by_who_came_over(self, town: Town) -> None:
        second = await sharing(town)
        await town.enrol(BIANCHI, "transport-2025-26", stop="Via Roma 12", direction="both")
        earlier = await act(town, "accept", await name(town, second.pupil_id, holder=BIANCHI, percent=10), VERDI)
        await propose(town, earlier, VERDI, 20, OCTOBER)
        await act(town, "accept shares", earlier, BIANCHI)
        await act(town, "end", earlier, VERDI)
        await town.run(follow_merge, ROSSI, into=BIANCHI)
        shares = [each for each in await told(town) if isinstance(each, SharesAgreed) and each.account_id == BIANCHI]
        assert [(each.valid_from, each.second_percent) for each in shares[-2:]] == [(TOMORROW, 40), (OCTOBER, 40)]
        handed = await stored(town, second)
        assert handed.version > earlier.version

    async def test_a_naming_that_waits_moves_in_silence(self, town: Town) -> None:
        await known(town)
        application = await town.enrol()
        named = await name(town, application.pupil.pupil_id)
        before = await told(town)
        await town.run(follow_merge, VERDI, into=BIANCHI)
        assert await told(town) == before
        assert (await act(town, "accept", named, BIANCHI)).guardian_id == BIANCHI
