"""The settler: credits kept receipts, one transaction each; woken right after one is stored, polling as the truth."""

from __future__ import annotations

import asyncio
from typing import Final

from ledger.inbound.tracing import span_continuing
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.ports import Ports, Queries
from refettorio_chassis.transaction import Runner
from refettorio_chassis.waking import Job

POLL_SECONDS: Final = 1.0
"""How long a receipt stored by another process, or left by a crash, may wait."""
AT_ONCE: Final = 100


class Settler(Job):
    """A role of the service."""

    def __init__(self, run: Runner[Ports], queries: Queries) -> None:
        super().__init__("settling", self._settle_some, poll_seconds=POLL_SECONDS)
        self._credit = run
        self._queries = queries

    async def settle(self) -> int:
        """Credit what is kept now, oldest first; how many there were."""
        waiting = await self._queries.receipts_to_credit(AT_ONCE)
        for receipt in waiting:
            with span_continuing(receipt.traceparent, "settle receipt"):
                await self._credit(credit_receipt, receipt.receipt_id)
        return len(waiting)

    async def _settle_some(self, _stop: asyncio.Event) -> bool:
        return await self.settle() == AT_ONCE
