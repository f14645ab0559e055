"""I4: every meal event that came is accounted for, in what was written down and in the book."""

from dataclasses import replace

import pytest

from ledger.domain.reckoning import TakenIn
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.verify_books import verify_books
from tests.support.ledger_memory import MemoryLedger
from tests.support.ledger_scenarios import meal, priced, taken_back

PARTITION = meal(1).partition
COUNTED = TakenIn(
    partition=PARTITION,
    first_offset=10,
    next_offset=17,
    taken=2,
    known=1,
    parked=3,
    ignored=1,
    late=0,
    replayed=1,
)


async def found(*taken_in: TakenIn) -> list[str]:
    """What is wrong after two meals were charged and one given back, when these were taken in."""
    ledger = MemoryLedger()
    await priced(ledger)
    await ledger.run(charge_meals, [meal(1), meal(2), taken_back(meal(2))])
    ledger.state.taken_in = {each.partition: each for each in taken_in}
    report = await verify_books(ledger.book, progress=lambda _done, _total: None)
    return [f"{each.invariant} {each.subject}: {each.problem}" for each in report.findings]


async def test_what_came_and_what_the_book_has_agree() -> None:
    assert await found(COUNTED) == []


async def test_a_book_that_never_listened_has_nothing_to_account_for() -> None:
    assert await found() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"next_offset": 18}, "8 records came, 7 are accounted for"),
        ({"known": 0}, "7 records came, 6 are accounted for"),
        ({"taken": 3, "known": 0}, "4 events were taken in, the book has 3"),
        ({"replayed": 0}, "2 events were taken in, the book has 3"),
        ({"late": 1}, "4 events were taken in, the book has 3"),
    ],
)
async def test_a_record_that_came_to_no_end_is_noticed(change: dict[str, int], problem: str) -> None:
    assert await found(replace(COUNTED, **change)) == [f"I4 meals/{PARTITION}: {problem}"]


async def test_a_partition_that_nobody_listened_to_has_no_effect_in_the_book() -> None:
    other = replace(COUNTED, partition=PARTITION + 1, taken=0, known=7, parked=0, ignored=0, next_offset=17, replayed=0)
    assert await found(other) == [f"I4 meals/{PARTITION}: 3 events had an effect and none was taken in"]
