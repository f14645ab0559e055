"""One's own sessions: what they are called, how they end, and what the gate remembers of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from identity.domain.delegation import Delegation
from identity.domain.device import device_in_words
from identity.domain.errors import SessionUnknownError
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.operator import Operator
from identity.domain.roles import StaffGrant
from identity.domain.session import Session, SessionLimits
from identity.domain.tablet import Tablet
from identity.inbound.guessing import MOST_ADDRESSES, MOST_UNKNOWN, WINDOW_SECONDS, Guesses
from identity.inbound.signs_of_life import AGAIN_AFTER_SECONDS, SignsOfLife
from identity.outbound.recent import FRESH_SECONDS, KEPT_SECONDS, RecentDirectory
from identity.usecases.authorize_request import Admitted
from identity.usecases.close_own_session import close_every_own_session, close_own_session
from identity.usecases.note_signs_of_life import note_signs_of_life
from refettorio_chassis.audit import Actor
from refettorio_chassis.errors import RetryLater
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import DELEGATION, MARIO, OPEN, TERESA, WAITING

MARIO_ACTS = Actor(subject="gua_1", role="guardian")
AT_HOME = replace(OPEN, session_id="a" * 64)
AT_WORK = replace(OPEN, session_id="b" * 64)
OF_OTHERS = replace(OPEN, session_id="c" * 64, guardian_id="gua_2")


class Elapsed:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def with_sessions() -> Memory:
    memory = Memory()
    for session in (AT_HOME, AT_WORK, OF_OTHERS):
        await memory.sessions.open(session)
    return memory


async def test_a_person_closes_one_session_and_keeps_the_others() -> None:
    memory = await with_sessions()
    await close_own_session(memory.ports, reference=AT_WORK.reference, by=MARIO_ACTS)
    assert set(memory.sessions.open_ones) == {AT_HOME.session_id, OF_OTHERS.session_id}
    assert memory.audit.lines[0].what == "session-closed"
    assert memory.audit.lines[0].details == {"session": AT_WORK.reference}


@pytest.mark.parametrize("reference", [OF_OTHERS.reference, "", AT_HOME.session_id])
async def test_nobody_closes_a_session_that_is_not_theirs(reference: str) -> None:
    memory = await with_sessions()
    with pytest.raises(SessionUnknownError):
        await close_own_session(memory.ports, reference=reference, by=MARIO_ACTS)
    assert len(memory.sessions.open_ones) == 3


async def test_out_of_every_device_means_out_of_ones_own() -> None:
    memory = await with_sessions()
    assert await close_every_own_session(memory.ports, by=MARIO_ACTS) == 2
    assert set(memory.sessions.open_ones) == {OF_OTHERS.session_id}
    assert await close_every_own_session(memory.ports, by=MARIO_ACTS) == 0
    assert memory.audit.actions == ["signed-out-everywhere"]


def test_the_limits_are_the_municipality_s() -> None:
    limits = SessionLimits(idle=timedelta(minutes=5), absolute=timedelta(hours=1))
    assert OPEN.is_alive(NOW + timedelta(minutes=4, seconds=59), limits)
    assert not OPEN.is_alive(NOW + timedelta(minutes=5), limits)
    in_use = replace(OPEN, last_seen_at=NOW + timedelta(minutes=59))
    assert in_use.is_alive(NOW + timedelta(minutes=59, seconds=59), limits)
    assert not in_use.is_alive(NOW + timedelta(hours=1), limits)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox su Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1", "Safari su iPhone"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/137.0.0.0 Mobile Safari/537.36", "Chrome su Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0", "Edge su Windows"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_without_version_and_model(user_agent: str, words: str) -> None:
    assert device_in_words(user_agent) == words


class Counting:
    """A directory that counts how often and for how many it is asked."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.questions: list[int] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def sessions_in(self, session_ids: Collection[str]) -> Mapping[str, Session]:
        self.questions.append(len(session_ids))
        found = {key: each for key, each in self.memory.sessions.open_ones.items() if key in session_ids}
        await asyncio.sleep(0)
        self.meanwhile()
        return found

    async def guardians_in(self, guardian_ids: Collection[str]) -> Mapping[str, Guardian]:
        return {key: each for key, each in self.memory.people.guardians.items() if key in guardian_ids}

    async def grants_in(self, fiscal_codes: Collection[FiscalCode]) -> Mapping[FiscalCode, StaffGrant]:
        self.questions.append(len(fiscal_codes))
        return {}

    async def delegations_in(self, delegation_ids: Collection[str]) -> Mapping[str, Delegation]:
        return {key: each for key, each in self.memory.delegations.kept.items() if key in delegation_ids}

    async def tablets_in(self, credential_hashes: Collection[str]) -> Mapping[str, Tablet]:
        return {key: WAITING for key in credential_hashes if key == "c1"}

    async def operators_in(self, operator_ids: Collection[str]) -> Mapping[str, Operator]:
        return {key: TERESA for key in operator_ids if key == TERESA.operator_id}


async def test_the_gate_remembers_for_four_seconds_and_no_longer() -> None:
    memory, elapsed = await with_sessions(), Elapsed()
    recent = RecentDirectory(Counting(memory), elapsed=elapsed)
    assert await recent.session(AT_HOME.session_id) == AT_HOME
    memory.sessions.open_ones.clear()
    elapsed.seconds = FRESH_SECONDS - 0.01
    assert await recent.session(AT_HOME.session_id) == AT_HOME
    elapsed.seconds = KEPT_SECONDS
    assert await recent.session(AT_HOME.session_id) is None
    assert KEPT_SECONDS < 5


async def test_an_answer_that_ages_is_given_once_more_while_it_is_asked_for_again() -> None:
    memory, elapsed = await with_sessions(), Elapsed()
    counting = Counting(memory)
    recent = RecentDirectory(counting, elapsed=elapsed)
    assert await recent.session(AT_HOME.session_id) == AT_HOME
    memory.sessions.open_ones.clear()
    elapsed.seconds = FRESH_SECONDS
    assert await recent.session(AT_HOME.session_id) == AT_HOME
    for _ in range(5):
        await asyncio.sleep(0)
    assert await recent.session(AT_HOME.session_id) is None
    assert counting.questions == [1, 1, 1]


async def test_what_many_ask_for_at_once_is_asked_for_together() -> None:
    counting = Counting(await with_sessions())
    recent = RecentDirectory(counting, elapsed=Elapsed())
    ids = [AT_HOME.session_id, AT_WORK.session_id, OF_OTHERS.session_id]
    assert await asyncio.gather(*map(recent.session, ids)) == [AT_HOME, AT_WORK, OF_OTHERS]
    assert counting.questions == [3]


async def test_that_a_person_has_no_grant_is_remembered_and_that_a_cookie_opens_nothing_is_not() -> None:
    memory = await with_sessions()
    counting = Counting(memory)
    recent = RecentDirectory(counting, elapsed=Elapsed())
    for _ in range(2):
        assert await recent.grant_of(MARIO.fiscal_code) is None
    assert counting.questions == [1]
    assert await recent.session("new") is None
    await memory.sessions.open(replace(OPEN, session_id="new"))
    assert await recent.session("new") is not None
    assert await recent.with_credential("c1") == WAITING
    assert await recent.guardian("gua_1") is None


async def test_a_delegation_taken_back_elsewhere_is_remembered_for_four_seconds_at_most() -> None:
    memory, elapsed = await with_sessions(), Elapsed()
    recent = RecentDirectory(Counting(memory), elapsed=elapsed)
    assert await recent.delegation("del_1") is None
    await memory.delegations.keep(DELEGATION)
    assert await recent.delegation("del_1") == DELEGATION
    await memory.delegations.keep(DELEGATION.revoked(NOW))
    elapsed.seconds = KEPT_SECONDS
    assert await recent.delegation("del_1") == DELEGATION.revoked(NOW)


async def test_what_is_forgotten_is_asked_for_again() -> None:
    memory = await with_sessions()
    recent = RecentDirectory(Counting(memory), elapsed=Elapsed())
    assert await recent.session(AT_HOME.session_id) == AT_HOME
    memory.sessions.open_ones.clear()
    recent.forget()
    assert await recent.session(AT_HOME.session_id) is None


async def test_an_answer_asked_for_before_a_change_is_not_remembered_after_it() -> None:
    memory = await with_sessions()
    counting = Counting(memory)
    recent = RecentDirectory(counting, elapsed=Elapsed())

    def change() -> None:
        memory.sessions.open_ones.clear()
        recent.forget()

    counting.meanwhile = change  # while the answer is on its way
    assert await recent.session(AT_HOME.session_id) == AT_HOME
    assert await recent.session(AT_HOME.session_id) is None


async def test_a_question_that_fails_fails_for_who_waits_and_is_asked_again() -> None:
    counting = Counting(await with_sessions())
    recent = RecentDirectory(counting, elapsed=Elapsed())

    def fail() -> None:
        raise ConnectionError

    counting.meanwhile = fail
    with pytest.raises(ConnectionError):
        await recent.session(AT_HOME.session_id)
    counting.meanwhile = lambda: None
    assert await recent.session(AT_HOME.session_id) == AT_HOME


def test_many_unknown_cookies_from_one_address_have_to_wait() -> None:
    elapsed = Elapsed()
    guesses = Guesses(elapsed=elapsed)
    for number in range(MOST_UNKNOWN):
        assert not guesses.are_too_many("198.51.100.7")
        guesses.note("198.51.100.7", f"r{number}")
    assert guesses.are_too_many("198.51.100.7")
    assert not guesses.are_too_many("198.51.100.8")
    elapsed.seconds = WINDOW_SECONDS
    assert not guesses.are_too_many("198.51.100.7")


def test_one_stale_cookie_shown_again_and_again_is_no_guess() -> None:
    guesses = Guesses(elapsed=Elapsed())
    for _ in range(10 * MOST_UNKNOWN):
        guesses.note("198.51.100.7", "r1")
    assert not guesses.are_too_many("198.51.100.7")


def test_what_is_kept_of_guesses_has_a_limit() -> None:
    guesses = Guesses(elapsed=Elapsed())
    for number in range(MOST_ADDRESSES + 5):
        guesses.note(str(number), "r1")
    assert len(guesses._seen) == MOST_ADDRESSES  # the memory it takes shows nowhere else


class Noting:
    """In the place of the runner: what was noted, by transaction; the first `fails` fail."""

    def __init__(self, *, fails: int = 0) -> None:
        self.noted: list[tuple[set[str], set[str]]] = []
        self.held: list[dict[str, str]] = []
        self._fails = fails

    async def __call__(
        self, usecase: object, *, session_ids: set[str], tablet_ids: set[str], held: dict[str, str]
    ) -> None:
        assert usecase is note_signs_of_life
        if self._fails:
            self._fails -= 1
            raise RetryLater
        self.noted.append((session_ids, tablet_ids))
        self.held += [held] if held else []

    async def is_over(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


def signs_of_life(noting: Noting, elapsed: Elapsed) -> SignsOfLife:
    return SignsOfLife(noting, elapsed=elapsed, gathered=0)  # type: ignore[arg-type]  # all it needs of a runner


async def test_a_visitor_is_noted_once_although_the_gate_remembers_them_as_before() -> None:
    elapsed, noting = Elapsed(), Noting()
    signs = signs_of_life(noting, elapsed)
    seen = Admitted(subject="gua_1", touch_session="s1")
    for each in (Admitted(subject="gua_1"), seen, seen):
        signs.note(each)
        await noting.is_over()
    elapsed.seconds = AGAIN_AFTER_SECONDS
    signs.note(seen)
    await noting.is_over()
    assert noting.noted == [({"s1"}, set()), ({"s1"}, set())]


async def test_who_comes_meanwhile_is_noted_with_the_first() -> None:
    noting = Noting()
    signs = signs_of_life(noting, Elapsed())
    for each in ("s1", "s2"):
        signs.note(Admitted(subject=each, touch_session=each))
    signs.note(Admitted(subject="t1", touch_tablet="t1"))
    await noting.is_over()
    assert noting.noted == [({"s1", "s2"}, {"t1"})]


async def test_when_noting_fails_those_who_come_later_are_noted_all_the_same() -> None:
    elapsed, noting = Elapsed(), Noting(fails=1)
    signs = signs_of_life(noting, elapsed)
    for each in ("s1", "s2"):
        signs.note(Admitted(subject=each, touch_session=each))
        await noting.is_over()
    assert noting.noted == [({"s2"}, set())]


async def test_who_holds_a_tablet_is_noted_when_they_change_something() -> None:
    noting = Noting()
    signs = SignsOfLife(noting, gathered=0)  # type: ignore[arg-type]  # in the place of a runner
    signs.note(Admitted(subject="tab_1", operator="opr_1"))
    signs.note(Admitted(subject="tab_1", operator="opr_1", touch_operator=True))
    signs.note(Admitted(subject="tab_1", operator="opr_1", touch_operator=True))
    await noting.is_over()
    assert (noting.noted, noting.held) == ([(set(), set())], [{"tab_1": "opr_1"}])
