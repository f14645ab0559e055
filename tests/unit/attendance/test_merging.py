"""Tablets off the net, late, twice, in any order: the roll ends the same, and the meals add up."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import timedelta
from itertools import pairwise
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.domain.mark import Mark, MarkCommand, MealKind
from tests.unit.attendance.canteen import LUCIA, MARIO, NOON, MemoryCanteen, tap

T = TypeVar("T")

STEADY = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
"""The same examples in every run; a busy machine is no failure."""

COMMANDS = st.lists(
    st.builds(
        tap,
        st.sampled_from([MARIO, LUCIA]),
        st.sampled_from(["present", "absent"]),
        minute=st.integers(min_value=-60, max_value=0),
        command=st.uuids().map(str),
        kind=st.sampled_from([MealKind.FULL, MealKind.LIGHT]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda command: command.command_id,
)


def finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that never has to wait: the store in memory answers at once."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError


def winner_of(commands: list[MarkCommand], pupil: str) -> tuple[Mark, MealKind | None]:
    own = [command for command in commands if command.pupil_id == pupil]
    if not own:
        return Mark.EXPECTED, None
    last = max(own, key=lambda command: (command.recorded_at, command.command_id))
    return last.mark, last.kind if last.mark is Mark.PRESENT else None


def sent(requests: list[list[MarkCommand]]) -> MemoryCanteen:
    canteen = MemoryCanteen()
    finished(canteen.opened())
    for request in requests:
        finished(canteen.mark(*request))
    return canteen


@STEADY
@given(st.data(), COMMANDS)
def test_any_order_and_repetition_ends_in_the_same_roll(data: st.DataObject, commands: list[MarkCommand]) -> None:
    repeated = commands + data.draw(st.lists(st.sampled_from(commands), max_size=6))
    shuffled = data.draw(st.permutations(repeated))
    cuts = sorted(data.draw(st.lists(st.integers(min_value=0, max_value=len(shuffled)), max_size=3)))
    edges = [0, *cuts, len(shuffled)]
    canteen = sent([list(shuffled[i:j]) for i, j in pairwise(edges) if i < j])
    seen = {pupil: (known.mark, known.kind) for pupil, known in finished(canteen.picture()).roll.days.items()}
    assert seen == {pupil: winner_of(commands, pupil) for pupil in (MARIO, LUCIA)}


@STEADY
@given(st.data(), COMMANDS)
def test_the_meals_told_add_up_to_the_marks(data: st.DataObject, commands: list[MarkCommand]) -> None:
    canteen = sent([[command] for command in data.draw(st.permutations(commands))])
    marks = finished(canteen.marks())
    for pupil in (MARIO, LUCIA):
        told = [(kind, meal) for kind, meal in finished(canteen.meals()) if meal.startswith(pupil)]
        kinds = [kind for kind, _ in told]
        assert kinds == (["served", "withdrawn"] * len(told))[: len(told)]
        assert kinds.count("served") - kinds.count("withdrawn") == (marks[pupil] == "present")
        numbers = [meal.rsplit(".", 1)[1] for kind, meal in told if kind == "served"]
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


@STEADY
@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)))
def test_a_mark_is_never_kept_further_ahead_than_the_tolerance(ahead: timedelta) -> None:
    command = MarkCommand(
        command_id=tap(MARIO, "present").command_id,
        pupil_id=MARIO,
        mark=tap(MARIO, "present").mark,
        recorded_at=NOON + ahead,
    )
    canteen = sent([[command]])
    known = finished(canteen.picture()).roll.days[MARIO]
    assert known.recorded_at is not None
    assert known.recorded_at <= NOON + timedelta(minutes=5)
    assert known.recorded_at.microsecond % 1000 == 0
