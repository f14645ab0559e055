"""The states of an application, walked at random: no path leads where the table does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from enrollment.domain.application import TRANSITIONS, Application, ApplicationPupil, Decision, State, Step
from enrollment.domain.errors import TransitionNotAllowedError
from enrollment.domain.identifiers import ApplicationId, ClassId, FormId, GuardianId, PupilId, SchoolId, Service

SENT_AT = datetime(2025, 7, 20, 10, 0, tzinfo=UTC)


def sent() -> Application:
    return Application(
        application_id=ApplicationId("app_1"),
        form_id=FormId("meals-2025-26"),
        form_version=1,
        service=Service.MEALS,
        school_year="2025/26",
        guardian_id=GuardianId("gua_1"),
        pupil=ApplicationPupil(
            pupil_id=PupilId("pup_1"),
            given_name="Mario",
            family_name="Rossi",
            fiscal_code="RSSMRA18A01H501J",
            birth_date=date(2018, 1, 1),
        ),
        school_id=SchoolId("primaria"),
        class_id=ClassId("primaria-1a"),
        answers={},
        state=State.SUBMITTED,
        history=(Step(state=State.SUBMITTED, at=SENT_AT, by_role="guardian"),),
    )


def move(application: Application, wanted: State, by: Decision) -> Application:
    match wanted:
        case State.UNDER_REVIEW:
            return application.reviewed(by)
        case State.ACCEPTED:
            return application.accepted(by)
        case State.REJECTED:
            return application.rejected(by, reason="Documenti mancanti.")
        case State.WITHDRAWN:
            return application.withdrawn(by)
        case State.SUBMITTED:
            raise AssertionError


class ApplicationWalk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.application = sent()
        self.now = SENT_AT

    @rule(wanted=st.sampled_from([state for state in State if state is not State.SUBMITTED]))
    def try_to_move(self, wanted: State) -> None:
        self.now += timedelta(minutes=1)
        before = self.application
        by = Decision(role="office", at=self.now)
        if wanted in TRANSITIONS[before.state]:
            self.application = move(before, wanted, by)
            assert self.application.state is wanted
        else:
            with pytest.raises(TransitionNotAllowedError):
                move(before, wanted, by)

    @invariant()
    def its_history_is_a_path_through_the_table(self) -> None:
        states = [step.state for step in self.application.history]
        assert states[0] is State.SUBMITTED
        assert states[-1] is self.application.state
        assert all(later in TRANSITIONS[earlier] for earlier, later in pairwise(states))
        assert self.application.version == len(states)

    @invariant()
    def a_reason_stands_only_by_a_rejection_and_a_date_only_by_a_decision(self) -> None:
        is_rejected = self.application.state is State.REJECTED
        assert (self.application.reason is not None) is is_rejected
        assert (self.application.decided_at is not None) is (self.application.state in {State.ACCEPTED, State.REJECTED})

    @precondition(lambda self: not TRANSITIONS[self.application.state])
    @rule(wanted=st.sampled_from([State.ACCEPTED, State.REJECTED, State.WITHDRAWN]))
    def an_end_is_an_end(self, wanted: State) -> None:
        with pytest.raises(TransitionNotAllowedError):
            move(self.application, wanted, Decision(role="office", at=self.now))


ApplicationWalk.TestCase.settings = settings(derandomize=True, deadline=None)
TestApplicationWalk = ApplicationWalk.TestCase


def test_every_state_has_its_words_and_its_way_out() -> None:
    assert set(TRANSITIONS) == set(State)
    assert len({state.text for state in State}) == len(State)
    assert {state for state in State if state.is_live} == {State.SUBMITTED, State.UNDER_REVIEW, State.ACCEPTED}
