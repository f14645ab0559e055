"""The closer: settles school years whose closing was started, page by page; after a crash it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from ledger.domain.year_close import ClosingState
from ledger.usecases.close_year import settle_page
from ledger.usecases.decision_ports import DecisionPorts
from refettorio_chassis.transaction import Runner
from refettorio_chassis.waking import Job

POLL_SECONDS: Final = 2.0
"""How long a closing started by another process, or left by a crash, may wait."""


class Running(Protocol):
    """The years being closed."""

    async def running(self) -> Sequence[str]: ...


class YearCloser(Job):
    """A role of the service."""

    def __init__(self, run: Runner[DecisionPorts], closings: Running) -> None:
        super().__init__("closing", self.settle, poll_seconds=POLL_SECONDS)
        self._decide = run
        self._closings = closings

    async def settle(self, stop: asyncio.Event | None = None) -> bool:
        """All that is running now, to the end or until `stop`."""
        for school_year in await self._closings.running():
            state = ClosingState.RUNNING
            while state is ClosingState.RUNNING and not (stop and stop.is_set()):
                state = (await self._decide(settle_page, school_year)).state
        return False
