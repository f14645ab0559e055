"""A job that is woken, sleeps, waits out what passes, and stops when it is told."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from refettorio_chassis.clock import FixedClock, rome_day
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.testing import eventually
from refettorio_chassis.waking import Job, nightly

NEVER_SECONDS = 600.0


class Work:
    """Fails as told, then has more to do as often as told; counts how often it was asked."""

    def __init__(self, *faults: Exception, more: int = 0) -> None:
        self.faults = list(faults)
        self.more = more
        self.asked = 0

    async def __call__(self, _stop: asyncio.Event) -> bool:
        self.asked += 1
        if self.faults:
            raise self.faults.pop(0)
        self.more -= 1
        return self.more >= 0

    async def was_asked(self, times: int) -> None:
        async def is_so() -> bool:
            return self.asked >= times

        await eventually(is_so, what=f"asked {times} times")


async def test_it_goes_on_while_there_is_more_then_sleeps_until_it_is_woken_or_stopped() -> None:
    work, stop = Work(more=2), asyncio.Event()
    job = Job("testing", work, poll_seconds=NEVER_SECONDS)
    running = asyncio.create_task(job.run(stop))
    await work.was_asked(3)
    await asyncio.sleep(0.02)
    assert work.asked == 3
    job.wake()
    await work.was_asked(4)
    stop.set()
    await running


async def test_a_fault_that_passes_is_waited_out() -> None:
    work, stop = Work(RetryLater("the database is away")), asyncio.Event()
    running = asyncio.create_task(Job("testing", work, poll_seconds=0.01).run(stop))
    await work.was_asked(3)
    stop.set()
    await running


async def test_anything_else_is_a_bug_and_ends_it() -> None:
    with pytest.raises(ValueError, match="a bug"):
        await Job("testing", Work(ValueError("a bug")), poll_seconds=NEVER_SECONDS).run(asyncio.Event())


async def test_a_nightly_role_works_once_on_each_day_of_rome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refettorio_chassis.waking.LOOK_AT_THE_DAY_SECONDS", 0.001)
    clock, days, stop = FixedClock(datetime(2025, 10, 6, 21, 59, tzinfo=UTC)), list[date](), asyncio.Event()

    async def work() -> None:
        days.append(rome_day(clock.now()))

    async def worked_on(number: int) -> None:
        async def is_so() -> bool:
            return len(days) >= number

        await eventually(is_so, what=f"work on {number} days")
        await asyncio.sleep(0.02)

    running = asyncio.create_task(nightly("testing", work, clock)(stop))
    await worked_on(1)
    clock.advance(timedelta(minutes=1))  # midnight in Rome, two hours before that of UTC
    await worked_on(2)
    assert days == [date(2025, 10, 6), date(2025, 10, 7)]
    stop.set()
    await running
