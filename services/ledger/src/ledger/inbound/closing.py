"""The closer: settles school years whose closing was started, page by page; after a crash it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from ledger.domain.year_close import ClosingState
from ledger.usecases.close_year import settle_page
from ledger.usecases.decision_ports import DecisionPorts
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.transaction import Runner
from refettorio_chassis.waking import woken_or_stopped

POLL_SECONDS: Final = 2.0
"""How long a closing started by another process, or left by a crash, may wait."""

log = structlog.get_logger(__name__)


class Running(Protocol):
    """The years being closed."""

    async def running(self) -> Sequence[str]: ...


class YearCloser:
    """A role of the service."""

    def __init__(self, run: Runner[DecisionPorts], closings: Running) -> None:
        self._run = run
        self._closings = closings
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A closing was just started."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Settle until told to stop; waits out the faults of the database."""
        while not stop.is_set():
            self._woken.clear()
            try:
                await self.settle(stop)
            except (RetryLater, MongoFault) as fault:
                log.warning("closing waits", fault=type(fault).__name__)
            await woken_or_stopped(self._woken, stop, within_seconds=POLL_SECONDS)

    async def settle(self, stop: asyncio.Event | None = None) -> None:
        """All that is running now, to the end or until `stop`."""
        for school_year in await self._closings.running():
            state = ClosingState.RUNNING
            while state is ClosingState.RUNNING and not (stop and stop.is_set()):
                state = (await self._run(settle_page, school_year)).state
