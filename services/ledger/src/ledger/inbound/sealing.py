"""The role that publishes the root of every day, soon after midnight."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from ledger.usecases.seal_day import seal_next_day
from ledger.usecases.sealing_ports import SealingPorts
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.transaction import Runner

LOOK_EVERY_SECONDS: Final = 60.0

log = structlog.get_logger(__name__)


class Sealer:
    """A role of the service. Several at once are harmless: a day has one root."""

    def __init__(self, run: Runner[SealingPorts]) -> None:
        self._run = run

    async def run(self, stop: asyncio.Event) -> None:
        """Seal until told to stop; waits out the faults of the database."""
        while not stop.is_set():
            try:
                await self.seal()
            except MongoFault as fault:
                log.warning("sealing waits", fault=type(fault).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_SECONDS)

    async def seal(self) -> int:
        """Seal every day that is over and is not sealed; how many there were."""
        sealed = 0
        while (root := await self._run(seal_next_day)) is not None:
            log.info("day sealed", day=root.day.isoformat(), root=root.root, entries=root.entries)
            sealed += 1
        return sealed
