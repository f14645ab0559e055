"""What a long-running job does: work while there is some, then sleep until woken, told to stop, or its poll is due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date
from typing import Any, Final

import structlog

from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import MongoFault

LOOK_AT_THE_DAY_SECONDS: Final = 600.0

log = structlog.get_logger(__name__)


class Job:
    """Works until told to stop: woken for speed, the poll is the truth. Several at once must be harmless to each other.

    `work` says whether there may be more to do at once. A fault that passes is logged as `job waits`, and waited out.
    """

    def __init__(self, name: str, work: Callable[[asyncio.Event], Awaitable[bool]], *, poll_seconds: float) -> None:
        self._name = name
        self._work = work
        self._poll_seconds = poll_seconds
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Raises what `work` raises, but for faults that pass."""
        while not stop.is_set():
            self._woken.clear()
            try:
                has_more = await self._work(stop)
            except (RetryLater, MongoFault) as fault:
                log.warning("job waits", job=self._name, fault=type(fault).__name__)
                has_more = False
            if not has_more:
                await woken_or_stopped(self._woken, stop, within_seconds=self._poll_seconds)


def nightly(
    name: str, work: Callable[[], Awaitable[object]], clock: Clock
) -> Callable[[asyncio.Event], Coroutine[Any, Any, None]]:
    """A role that does `work` once on each Rome day: at start, then soon after midnight. Twice must be once."""
    done: date | None = None

    async def once_a_day(_stop: asyncio.Event) -> bool:
        nonlocal done
        today = rome_day(clock.now())
        if today != done:
            await work()
            done = today
        return False

    return Job(name, once_a_day, poll_seconds=LOOK_AT_THE_DAY_SECONDS).run


async def woken_or_stopped(wake: asyncio.Event, stop: asyncio.Event, *, within_seconds: float) -> None:
    """Return when either is set, or after `within_seconds`: waking is for speed, the poll is the truth."""
    tasks = [asyncio.create_task(wake.wait()), asyncio.create_task(stop.wait())]
    _, pending = await asyncio.wait(tasks, timeout=within_seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
