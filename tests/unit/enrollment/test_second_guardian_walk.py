"""Whatever the two guardians and the office do, in any order: what the others were told adds up."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from enrollment.domain.identifiers import GuardianId
from enrollment.domain.second_guardian import SecondGuardian, Side, State
from enrollment.usecases.end_second_guardian import end_by_office
from enrollment.usecases.forget_by_rule import forget_by_rule
from refettorio_chassis.clock import rome_day
from refettorio_chassis.errors import DomainError
from refettorio_contracts.enrollment import SharesAgreed
from tests.unit.enrollment.parents import ACTS, CODES, VERDI, act, known, name, propose
from tests.unit.enrollment.town import BIANCHI, CLERK, ROSSI, MemoryTown

T = TypeVar("T")
ONE_DAY = timedelta(days=1)
MOST_YEARS = 3
"""After ten the pupil themselves would be forgotten."""
LEFT_ALONE = timedelta(days=30)
PERCENT = st.integers(min_value=0, max_value=100)


def finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that never has to wait: the store in memory answers at once."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError


def tried(work: Coroutine[Any, Any, T]) -> T | None:
    """None where a rule says no."""
    try:
        return finished(work)
    except DomainError:
        return None


class TwoGuardians(RuleBasedStateMachine):
    """`consents`: each time both had said yes, or the sharing ended: from which day on, and to which percent.

    `turned_down`: who was named, the day on which that came to nothing, and whether they said no.
    """

    @initialize(is_shared=st.booleans())
    def mario_is_enrolled(self, is_shared: bool) -> None:
        self.town = MemoryTown()
        finished(self.town.founded())
        finished(known(self.town))
        self.pupil_id = finished(self.town.enrol()).pupil.pupil_id
        self.consents: list[tuple[date, int]] = []
        self.came: dict[date, int] = {}
        self.last: SecondGuardian | None = None
        self.turned_down: list[tuple[GuardianId, date, bool]] = []
        self.years = 0
        if is_shared:
            self.rossi_names(VERDI, 40)
            self.the_second_accepts()

    @property
    def today(self) -> date:
        return rome_day(self.town.clock.now())

    @property
    def tomorrow(self) -> date:
        return self.today + ONE_DAY

    @property
    def stored(self) -> SecondGuardian:
        assert self.last is not None
        return self.town.store.seconds[self.last.second_guardian_id]

    @property
    def state(self) -> State | None:
        return self.stored.state if self.last else None

    @property
    def is_live(self) -> bool:
        return self.state is not None and self.state.is_live

    @property
    def second(self) -> GuardianId:
        assert self.stored.guardian_id is not None
        return self.stored.guardian_id

    @property
    def other(self) -> GuardianId | None:
        """Who has to answer a proposal, if there is one."""
        proposal = self.stored.proposal if self.last else None
        if proposal is None:
            return None
        return self.second if proposal.by is Side.HOLDER else ROSSI

    def _beside(self, guardian_id: GuardianId) -> GuardianId:
        return self.second if guardian_id == ROSSI else ROSSI

    @rule(days=st.integers(min_value=1, max_value=30))
    def days_pass(self, days: int) -> None:
        self.town.clock.moment += timedelta(days=days)

    @precondition(lambda self: not self.is_live and self.years < MOST_YEARS)
    @rule()
    def a_year_passes_and_the_rules_of_retention_are_followed(self) -> None:
        self.years += 1
        self.town.clock.moment += timedelta(days=400)
        finished(self.town.run(forget_by_rule))
        if self.last and self.last.second_guardian_id not in self.town.store.seconds:
            self.last = None

    @precondition(lambda self: not self.is_live)
    @rule(whom=st.sampled_from([VERDI, BIANCHI]), percent=PERCENT)
    def rossi_names(self, whom: GuardianId, percent: int) -> None:
        naming = name(self.town, self.pupil_id, CODES[whom], percent=percent)
        if self._is_left_alone(whom):
            assert tried(naming) is None
        else:
            self.last = finished(naming)

    def _is_left_alone(self, whom: GuardianId) -> bool:
        """For thirty days after a no, or after two namings that were taken back."""
        lately = [no for who, day, no in self.turned_down if who == whom and day + LEFT_ALONE > self.today]
        return any(lately) or len(lately) > 1

    @precondition(lambda self: self.is_live)
    @rule()
    def rossi_names_another_meanwhile(self) -> None:
        assert tried(name(self.town, self.pupil_id)) is None

    @precondition(lambda self: self.state is State.NAMED)
    @rule()
    def the_second_accepts(self) -> None:
        self.consents.append((self.tomorrow, self.stored.named_percent))
        finished(act(self.town, "accept", self.stored, self.second))

    @precondition(lambda self: self.state is State.NAMED)
    @rule()
    def the_second_declines(self) -> None:
        self.turned_down.append((self.second, self.today, True))
        finished(act(self.town, "decline", self.stored, self.second))

    @precondition(lambda self: self.is_live)
    @rule(who=st.sampled_from(["holder", "second", "office"]))
    def one_of_them_ends_it(self, who: str) -> None:
        if self.state is State.ACCEPTED:
            self.consents.append((self.tomorrow, 0))
        elif who != "office":
            self.turned_down.append((self.second, self.today, who == "second"))
        if who == "office":
            finished(self.town.run(end_by_office, self.stored.second_guardian_id, reason="Sentenza", by=CLERK))
        else:
            finished(act(self.town, "end", self.stored, ROSSI if who == "holder" else self.second))

    @precondition(lambda self: self.state is State.ACCEPTED)
    @rule(is_holder=st.booleans(), percent=PERCENT, ahead=st.integers(min_value=-2, max_value=60))
    def one_proposes(self, is_holder: bool, percent: int, ahead: int) -> None:
        who = ROSSI if is_holder else self.second
        first_day = self.today + timedelta(days=ahead)
        waits = self.stored.proposal is not None and (self.stored.proposal.by == "holder") is not is_holder
        proposed = tried(propose(self.town, self.stored, who, percent, first_day))
        assert (proposed is not None) is (ahead > 0 and not waits)

    @precondition(lambda self: self.other is not None)
    @rule()
    def the_other_agrees(self) -> None:
        proposal = self.stored.proposal
        assert proposal is not None
        assert self.other is not None
        self.consents.append((max(proposal.shares.valid_from, self.tomorrow), proposal.shares.second_percent))
        finished(act(self.town, "accept shares", self.stored, self.other))

    @precondition(lambda self: self.other is not None)
    @rule(is_other=st.booleans())
    def one_of_them_turns_it_down(self, is_other: bool) -> None:
        assert self.other is not None
        who = self.other if is_other else self._beside(self.other)
        finished(act(self.town, "decline shares", self.stored, who))

    @precondition(lambda self: self.last is not None)
    @rule(step=st.sampled_from(sorted(ACTS)))
    def somebody_tries_what_is_not_theirs(self, step: str) -> None:
        before = self.stored
        wrong = [BIANCHI if self.second == VERDI else VERDI]
        wrong += [ROSSI] if step in {"accept", "decline"} else []
        if step == "accept shares":
            wrong += [ROSSI, self.second] if self.other is None else [self._beside(self.other)]
        assert [tried(act(self.town, step, before, who)) for who in wrong] == [None] * len(wrong)
        assert self.stored == before

    @invariant()
    def the_others_know_of_each_day_what_both_said_yes_to(self) -> None:
        told = [event.valid_from for _, event in self.town.store.numbered if isinstance(event, SharesAgreed)]
        changes = {self.tomorrow, *told, *(first_day for first_day, _ in self.consents)}
        days = sorted(changes | {day - ONE_DAY for day in changes})
        assert [self._heard_of(day) for day in days] == [self._consented_to(day) for day in days]

    @invariant()
    def what_was_told_of_a_day_that_came_never_changes(self) -> None:
        self.came.setdefault(self.today, self._heard_of(self.today))
        assert self.came == {day: self._heard_of(day) for day in self.came}

    @invariant()
    def one_at_most_is_live_and_the_numbers_never_go_back(self) -> None:
        assert len([each for each in self.town.store.seconds.values() if each.state.is_live]) <= 1
        told = [number for number, event in self.town.store.numbered if event.subject.startswith("second-guardian/")]
        assert told == sorted(told)

    @invariant()
    def what_is_stored_says_the_same(self) -> None:
        accepted_at = self.stored.accepted_at if self.last else None
        if accepted_at is not None:
            days = [self.tomorrow] if rome_day(accepted_at) == self.today else [self.today, self.tomorrow]
            assert [self.stored.percent_on(day) for day in days] == [self._heard_of(day) for day in days]

    def _heard_of(self, day: date) -> int:
        """As the contract says: the latest day that is not after it, of one day the latest number."""
        heard = [
            (event.valid_from, number, place, event.second_percent)
            for place, (number, event) in enumerate(self.town.store.numbered)
            if isinstance(event, SharesAgreed) and event.valid_from <= day
        ]
        return max(heard)[-1] if heard else 0

    def _consented_to(self, day: date) -> int:
        return next((percent for first_day, percent in reversed(self.consents) if first_day <= day), 0)


TwoGuardians.TestCase.settings = settings(
    derandomize=True,
    deadline=None,
    max_examples=200,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)
TestTwoGuardians = TwoGuardians.TestCase
