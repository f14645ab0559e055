"""The settler: credits kept receipts, one transaction each; woken right after one is stored, polling as the truth."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from ledger.inbound.tracing import span_continuing
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.ports import Ports, Queries
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.transaction import Runner
from refettorio_chassis.waking import woken_or_stopped

POLL_SECONDS: Final = 1.0
"""How long a receipt stored by another process, or left by a crash, may wait."""
PAUSE_SECONDS: Final = 2.0
AT_ONCE: Final = 100

log = structlog.get_logger(__name__)


class Settler:
    """A role of the service."""

    def __init__(self, run: Runner[Ports], queries: Queries) -> None:
        self._run = run
        self._queries = queries
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A receipt was just stored."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Credit until told to stop; waits out the faults of the database."""
        while not stop.is_set():
            self._woken.clear()
            try:
                credited = await self.settle()
            except (RetryLater, MongoFault) as fault:
                log.warning("settling waits", fault=type(fault).__name__)
                await woken_or_stopped(self._woken, stop, within_seconds=PAUSE_SECONDS)
                continue
            if credited < AT_ONCE:
                await woken_or_stopped(self._woken, stop, within_seconds=POLL_SECONDS)

    async def settle(self) -> int:
        """Credit what is kept now, oldest first; how many there were."""
        waiting = await self._queries.receipts_to_credit(AT_ONCE)
        for receipt in waiting:
            with span_continuing(receipt.traceparent, "settle receipt"):
                await self._run(credit_receipt, receipt.receipt_id)
        return len(waiting)
