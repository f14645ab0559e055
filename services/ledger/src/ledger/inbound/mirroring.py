"""The mirror: tells pagoPA's archive what became of every notice, after the transaction that changed it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from ledger.domain.creditor import Holder, unknown_holder
from ledger.domain.mirror import MirrorTask, pause_after
from ledger.domain.notices import Notice
from ledger.usecases.demand_payment import Reading
from refettorio_chassis.clock import Clock
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import MongoFault

POLL_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 2.0
AT_ONCE: Final = 100

log = structlog.get_logger(__name__)


class Archive(Protocol):
    """pagoPA's archive."""

    async def put(self, notice: Notice, debtor: Holder) -> None:
        """Raises RetryLater."""
        ...


class Queue(Protocol):
    """Notices the archive has still to hear of."""

    async def due(self, now: datetime, limit: int) -> Sequence[MirrorTask]: ...
    async def done(self, task: MirrorTask) -> None: ...
    async def again(self, task: MirrorTask, at: datetime) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """A role of the service."""

    archive: Archive
    queue: Queue
    reading: Reading
    clock: Clock

    async def run(self, stop: asyncio.Event) -> None:
        """Mirror until told to stop; waits out the faults of the database."""
        while not stop.is_set():
            pause = POLL_SECONDS
            try:
                if await self.mirror() == AT_ONCE:
                    continue
            except MongoFault as fault:
                log.warning("mirroring waits", fault=type(fault).__name__)
                pause = PAUSE_SECONDS
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                continue

    async def mirror(self) -> int:
        """Tell what is due now; how many were tried. What fails is due again later, what succeeds is forgotten."""
        tasks = await self.queue.due(self.clock.now(), AT_ONCE)
        for task in tasks:
            try:
                await self._tell(task)
            except RetryLater as fault:
                log.warning("archive refuses a position", fault=str(fault), attempts=task.attempts + 1)
                await self.queue.again(task, self.clock.now() + pause_after(task.attempts))
            else:
                await self.queue.done(task)
        return len(tasks)

    async def _tell(self, task: MirrorTask) -> None:
        notice = await self.reading.notice(task.notice_number)
        if notice is None:
            return
        debtor = await self.reading.holder(notice.account_id)
        await self.archive.put(notice, debtor or unknown_holder(notice.account_id))
