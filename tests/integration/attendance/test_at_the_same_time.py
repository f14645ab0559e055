"""What only a real database can show: two tablets at once, one effect."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter

from attendance.domain.errors import SheetIncompleteError
from attendance.domain.mark import Mark, Outcome
from attendance.domain.role import Role
from attendance.domain.sheet import Sheet
from attendance.usecases.actor import Actor
from attendance.usecases.close_sheet import close_sheet
from attendance.usecases.correct_mark import Correction, correct_mark
from refettorio_contracts.attendance import SheetClosed
from tests.unit.attendance.canteen import CLERK, LUCIA, MARIO, ONE_A, TABLET, TODAY, Canteen, tap

OTHER_TABLET = Actor(subject="tab_2", role=Role.CANTEEN)


async def test_the_same_command_sent_five_times_at_once_is_once(canteen: Canteen) -> None:
    command = tap(MARIO, "present")
    outcomes = await asyncio.gather(*[canteen.mark(command) for _ in range(5)])
    assert Counter(itertools.chain.from_iterable(outcomes)) == {Outcome.APPLIED: 1, Outcome.KNOWN: 4}
    assert await canteen.meals() == [("served", "pup_mario.2025-10-06.1")]


async def test_two_tablets_on_one_class_merge(canteen: Canteen) -> None:
    await asyncio.gather(
        canteen.mark(tap(MARIO, "present"), tap(LUCIA, "present"), by=TABLET),
        canteen.mark(tap(MARIO, "absent", minute=1), tap(LUCIA, "absent", minute=-1), by=OTHER_TABLET),
    )
    assert await canteen.marks() == {MARIO: "absent", LUCIA: "present"}
    balance = Counter(kind for kind, meal in await canteen.meals() if meal.startswith(MARIO))
    assert balance["served"] == balance["withdrawn"]
    assert ("served", "pup_lucia.2025-10-06.1") in await canteen.meals()


async def test_twenty_taps_at_once_end_as_the_last_recorded_says(canteen: Canteen) -> None:
    taps = [tap(MARIO, "present" if minute % 2 else "absent", minute=-minute) for minute in range(20)]
    await asyncio.gather(*[canteen.mark(each) for each in taps])
    assert (await canteen.marks())[MARIO] == "absent"
    told = Counter(kind for kind, _ in await canteen.meals())
    assert told["served"] == told["withdrawn"]
    sheet = (await canteen.picture()).roll.sheet
    applied = (await canteen.picture()).roll.days[MARIO].version
    assert sheet.version == applied


async def test_a_sheet_closed_by_two_at_once_is_closed_once(canteen: Canteen) -> None:
    await canteen.mark(tap(MARIO, "present"), tap(LUCIA, "absent"))
    closed = await asyncio.gather(*[canteen.run(close_sheet, ONE_A, TODAY, by=TABLET) for _ in range(4)])
    assert {sheet.version for sheet in closed} == {2}
    assert len([each for each in await canteen.announced() if isinstance(each, SheetClosed)]) == 1


async def test_a_mark_that_meets_a_closing_is_either_in_it_or_refused(canteen: Canteen) -> None:
    await canteen.mark(tap(MARIO, "present"), tap(LUCIA, "absent"))
    outcomes, closed = await asyncio.gather(
        canteen.mark(tap(LUCIA, "present", minute=1)),
        canteen.run(close_sheet, ONE_A, TODAY, by=OTHER_TABLET),
    )
    assert isinstance(closed, Sheet)
    [event] = [each for each in await canteen.announced() if isinstance(each, SheetClosed)]
    assert event.present == (2 if outcomes == [Outcome.APPLIED] else 1)


async def test_the_first_mark_of_all_and_a_closing_do_not_break_each_other(canteen: Canteen) -> None:
    marked, closed = await asyncio.gather(
        canteen.mark(tap(MARIO, "present")),
        canteen.run(close_sheet, ONE_A, TODAY, by=TABLET),
        return_exceptions=True,
    )
    assert marked == [Outcome.APPLIED]
    assert isinstance(closed, SheetIncompleteError)


async def test_two_corrections_at_once_give_one_meal_back(canteen: Canteen) -> None:
    await canteen.mark(tap(MARIO, "present"))
    wrong = Correction(class_id=ONE_A, day=TODAY, pupil_id=MARIO, mark=Mark.ABSENT, reason="Uscito prima")
    await asyncio.gather(*[canteen.run(correct_mark, wrong, by=CLERK) for _ in range(4)])
    assert [kind for kind, _ in await canteen.meals()] == ["served", "withdrawn"]
    assert len(await canteen.audit()) == 1
