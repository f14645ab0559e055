"""What holds when two agree, on any store: each by their own hand, and to what they read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from enrollment.domain.account_facts import DebtOpened
from enrollment.domain.errors import (
    NamedTooOftenError,
    NeedsAnotherPersonError,
    SecondGuardianExistsError,
    SharesChangedError,
)
from enrollment.domain.identifiers import GuardianId
from enrollment.domain.second_guardian import Shares, State
from enrollment.usecases.follow_balance import follow_balance
from enrollment.usecases.follow_merge import follow_merge
from enrollment.usecases.look_at_debt import look_at_debt
from enrollment.usecases.show_second_guardians import all_seen_by
from refettorio_contracts.enrollment import SecondGuardianDeclined, SecondGuardianNamed, SharesAgreed
from tests.unit.enrollment.parents import (
    CODES,
    VERDI,
    act,
    agree,
    at_the_counter,
    known,
    name,
    on,
    propose,
    sharing,
    stored,
)
from tests.unit.enrollment.second_guardian_scenarios import BERTA, OCTOBER, TODAY, TOMORROW, told
from tests.unit.enrollment.town import BIANCHI, IN_THE_WINDOW, ROSSI, Town

ANNA = "stf_anna"
ONE_DAY = timedelta(days=1)


class ReadingScenarios:
    """Who says yes says it to what stood on the page."""

    async def test_a_proposal_that_changed_after_it_was_read_is_not_agreed_to(self, town: Town) -> None:
        second = await sharing(town)
        read = Shares(second_percent=10, valid_from=TOMORROW)
        for percent, first_day in ((100, TOMORROW), (10, OCTOBER)):
            await propose(town, second, ROSSI, 10, TOMORROW)
            before = await propose(town, second, ROSSI, percent, first_day)
            with pytest.raises(SharesChangedError):
                await agree(town, second, VERDI, read)
            assert await stored(town, second) == before
        await propose(town, second, ROSSI, 10, TOMORROW)
        assert (await agree(town, second, VERDI, read)).percent_on(OCTOBER) == 10

    async def test_only_the_first_of_the_days_an_agreement_touches_is_news(self, town: Town) -> None:
        second = await sharing(town)
        await propose(town, second, ROSSI, 70, OCTOBER)
        await act(town, "accept shares", second, VERDI)
        await propose(town, second, ROSSI, 20, TOMORROW)
        await act(town, "accept shares", second, VERDI)
        agreed = [each for each in await told(town) if isinstance(each, SharesAgreed)]
        assert [(each.valid_from, each.is_repeat) for each in agreed[-3:]] == [
            *((OCTOBER, None), (TOMORROW, None), (OCTOBER, True)),
        ]

    async def test_of_an_earlier_second_guardian_the_next_one_reads_nothing(self, town: Town) -> None:
        second = await sharing(town)
        await propose(town, second, ROSSI, 70, OCTOBER)
        await act(town, "accept shares", second, VERDI)
        ended = await act(town, "end", second, ROSSI)
        named = await name(town, second.pupil_id, CODES[BIANCHI], percent=30)
        assert (ended.changes, named.changes) == ((), ())
        assert [each.valid_from for each in named.agreed] == [TOMORROW, OCTOBER]
        accepted = await act(town, "accept", named, BIANCHI)
        assert accepted.changes == (Shares(second_percent=30, valid_from=TOMORROW),)


class HandsScenarios:
    """Two people say yes, with two hands."""

    @pytest.mark.parametrize("clerk", [ROSSI, ANNA])
    async def test_for_who_was_named_neither_the_holder_answers_nor_the_clerk_who_named_them(
        self, town: Town, clerk: str
    ) -> None:
        await known(town)
        application = await town.enrol()
        by = at_the_counter(ROSSI) if clerk == ANNA else None
        named = await name(town, application.pupil.pupil_id, by=by)
        with pytest.raises(NeedsAnotherPersonError):
            await act(town, "accept", named, VERDI, at_the_counter(VERDI, clerk))
        assert await stored(town, named) == named
        assert (await act(town, "accept", named, VERDI, at_the_counter(VERDI, BERTA))).state is State.ACCEPTED

    @pytest.mark.parametrize("clerk", [VERDI, ANNA])
    async def test_shares_are_not_agreed_to_by_the_hand_that_proposed_them(self, town: Town, clerk: str) -> None:
        second = await sharing(town)
        await propose(town, second, VERDI, 10, OCTOBER, at_the_counter(VERDI) if clerk == ANNA else None)
        with pytest.raises(NeedsAnotherPersonError):
            await act(town, "accept shares", second, ROSSI, at_the_counter(ROSSI, clerk))
        assert (await stored(town, second)).percent_on(OCTOBER) == 40
        await act(town, "accept shares", second, ROSSI, at_the_counter(ROSSI, BERTA))
        assert (await stored(town, second)).percent_on(OCTOBER) == 10

    async def test_a_clerk_who_is_one_of_the_two_asks_nothing_of_themselves(self, town: Town) -> None:
        second = await sharing(town)
        with pytest.raises(NeedsAnotherPersonError):
            await propose(town, second, ROSSI, 0, OCTOBER, at_the_counter(ROSSI, VERDI))
        await act(town, "end", second, ROSSI)
        with pytest.raises(NeedsAnotherPersonError):
            await name(town, second.pupil_id, percent=0, by=at_the_counter(ROSSI, VERDI))

    async def test_records_of_one_clerk_are_one_hand(self, town: Town) -> None:
        await known(town)
        application = await town.enrol()
        old, between, kept = GuardianId("gua_old"), GuardianId("gua_between"), GuardianId("gua_kept")
        named = await name(town, application.pupil.pupil_id, by=at_the_counter(ROSSI, old))
        await town.run(follow_merge, old, into=between)
        await town.run(follow_merge, between, into=kept)
        for clerk in (old, between, kept):
            with pytest.raises(NeedsAnotherPersonError):
                await act(town, "accept", named, VERDI, at_the_counter(VERDI, clerk))
        assert await town.reads.records_of(between) == {old, between, kept}
        assert await town.reads.records_of(VERDI) == {VERDI}


class LeavingAloneScenarios:
    """Each naming writes to the person named."""

    async def test_who_said_no_is_not_asked_again_for_thirty_days(self, town: Town) -> None:
        await known(town)
        pupil_id = (await town.enrol()).pupil.pupil_id
        await act(town, "decline", await name(town, pupil_id), VERDI)
        on(town, IN_THE_WINDOW + timedelta(days=29))
        with pytest.raises(NamedTooOftenError) as refusal:
            await name(town, pupil_id)
        first = TODAY + timedelta(days=30)
        assert (refusal.value.values, f"{first:%d/%m/%Y}" in refusal.value.message) == (
            {"first": first.isoformat()},
            True,
        )
        await act(town, "end", await name(town, pupil_id, CODES[BIANCHI]), ROSSI)
        on(town, IN_THE_WINDOW + timedelta(days=30))
        assert (await name(town, pupil_id)).state is State.NAMED

    async def test_a_naming_is_taken_back_and_made_again_once(self, town: Town) -> None:
        await known(town)
        pupil_id = (await town.enrol()).pupil.pupil_id
        await act(town, "end", await name(town, pupil_id), ROSSI)
        on(town, IN_THE_WINDOW + ONE_DAY)
        await act(town, "end", await name(town, pupil_id), ROSSI)
        with pytest.raises(NamedTooOftenError) as refusal:
            await name(town, pupil_id)
        assert refusal.value.values == {"first": (TODAY + timedelta(days=30)).isoformat()}
        assert [type(each) for each in await told(town)].count(SecondGuardianNamed) == 2
        await town.run(follow_merge, ROSSI, into=BIANCHI)
        with pytest.raises(NamedTooOftenError):
            await name(town, pupil_id, holder=BIANCHI)

    async def test_what_had_been_accepted_does_not_stand_in_the_way(self, town: Town) -> None:
        second = await sharing(town)
        for _ in range(3):
            await act(town, "end", second, ROSSI)
            second = await act(town, "accept", await name(town, second.pupil_id), VERDI)
        with pytest.raises(SecondGuardianExistsError):
            await name(town, second.pupil_id)

    @pytest.mark.parametrize("is_known", [False, True])
    async def test_who_ends_what_they_never_accepted_declines(self, town: Town, is_known: bool) -> None:
        await known(town, *([] if is_known else [ROSSI]))
        named = await name(town, (await town.enrol()).pupil.pupil_id)
        await known(town)
        for _ in range(2):
            declined = await act(town, "end", named, VERDI)
        assert (declined.state, declined.guardian_id, declined.ended_by) == (State.DECLINED, VERDI, None)
        [*_, last] = await told(town)
        assert isinstance(last, SecondGuardianDeclined)
        assert [each.second for each in await all_seen_by(town.reads, town.clock, VERDI)] == [declined]


class RememberingScenarios:
    """Two records of one person, after the sharing ended."""

    @pytest.mark.parametrize("left", [ROSSI, VERDI])
    async def test_what_was_over_before_is_still_theirs(self, town: Town, left: GuardianId) -> None:
        second = await sharing(town)
        ended = await act(town, "end", second, ROSSI)
        between = GuardianId("gua_between")
        await town.run(follow_merge, left, into=between)
        await town.run(follow_merge, between, into=BIANCHI)
        assert await town.reads.second_guardians_of(BIANCHI) == []
        [seen] = await all_seen_by(town.reads, town.clock, BIANCHI)
        assert (seen.second, seen.side) == (ended, "holder" if left == ROSSI else "second")

    async def test_who_was_second_guardian_last_year_is_no_new_family_under_another_record(self, town: Town) -> None:
        on(town, datetime(2024, 7, 20, 10, tzinfo=UTC))
        await known(town)
        named = await name(town, (await town.enrol(form="meals-2024-25")).pupil.pupil_id)
        on(town, datetime(2025, 2, 1, 10, tzinfo=UTC))
        await act(town, "end", await act(town, "accept", named, VERDI), VERDI)
        on(town, IN_THE_WINDOW)
        await town.run(follow_merge, VERDI, into=BIANCHI)
        await town.run(follow_merge, ROSSI, into=GuardianId("gua_kept"))
        await town.run(follow_balance, [(BIANCHI, DebtOpened(debt_cents=500))])
        assert await look_at_debt(town.reads, town.clock, BIANCHI, "2025/26") is not None
