"""The printer: issues and prints what offices asked for, step by step; after a crash it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from ledger.domain.prints import PrintRun, PrintState, SchoolLetter
from ledger.usecases.finish_print import fail_print, forget_print, keep_print_file
from ledger.usecases.print_ports import PrintPorts, PrintReading
from ledger.usecases.print_school import issue_print_page
from refettorio_chassis.clock import Clock
from refettorio_chassis.errors import DomainError, RetryLater
from refettorio_chassis.transaction import Runner
from refettorio_chassis.waking import Job

POLL_SECONDS: Final = 2.0
"""How long a printing started by another process, or left by a crash, may wait."""

log = structlog.get_logger(__name__)


class FilePress(Protocol):
    """Sets many letters in one document, away from the event loop."""

    async def file_pdf(self, letters: Sequence[SchoolLetter], *, title: str, made_at: datetime) -> bytes: ...


class SchoolPrinter(Job):
    """A role of the service. Several at once do some work twice, and nothing else: each step is kept once."""

    def __init__(
        self,
        run: Runner[PrintPorts],
        reading: PrintReading,
        press: FilePress,
        *,
        clock: Clock,
        kept_days: int,
    ) -> None:
        super().__init__("printing", self.print_all, poll_seconds=POLL_SECONDS)
        self._step = run
        self._reading = reading
        self._press = press
        self._clock = clock
        self._kept = timedelta(days=kept_days)

    async def print_all(self, stop: asyncio.Event | None = None) -> bool:
        """All that is asked for now, to the end or until `stop`; then forget what is old enough."""
        for run_id in await self._reading.open_runs():
            await self._print(run_id, stop)
        for run_id in await self._reading.done_before(self._clock.now() - self._kept):
            await self._step(forget_print, run_id)
        return False

    async def _print(self, run_id: str, stop: asyncio.Event | None) -> None:
        """One that must wait does not stop the others; one that a rule refuses is over."""
        run = await self._reading.run(run_id)
        try:
            while run is not None and run.is_open and not (stop and stop.is_set()):
                run = await self._further(run)
        except DomainError as refusal:
            await self._step(fail_print, run_id, refusal.message)
        except RetryLater as fault:
            log.warning("printing of a school waits", run_id=run_id, fault=type(fault).__name__)

    async def _further(self, run: PrintRun) -> PrintRun:
        if run.state is PrintState.ISSUING:
            return await self._step(issue_print_page, run.run_id)
        number = run.files_printed + 1
        letters = await self._reading.letters(run.run_id, number)
        title = f"Avvisi di pagamento, documento {number} di {run.files}"
        pdf = await self._press.file_pdf(letters, title=title, made_at=run.started_at)
        return await self._step(keep_print_file, run.run_id, number, pdf)
