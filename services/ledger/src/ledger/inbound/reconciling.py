"""The reconciler: fetches flows, holds them against receipts, asks for receipts that never came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from ledger.domain.flows import FlowLine, PaymentKey
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.ports import Ports
from ledger.usecases.prove_receipts import Proof
from ledger.usecases.reconciling_ports import FlowSource, ReceiptSource, ReconcilingPorts
from ledger.usecases.take_flow import judge_again, name_lines, take_flow
from refettorio_chassis.clock import Clock
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.transaction import Runner

ASKED_AT_MOST: Final = 10
WITHIN: Final = timedelta(minutes=60)
"""pagoPA's limit on asking for receipts."""
AT_ONCE: Final = 500
OVERLAP: Final = timedelta(hours=1)
"""Flows published while the last ones were read are read again; taking one twice is once."""

log = structlog.get_logger(__name__)


class FlowReading(Protocol):
    """What is known of flows so far."""

    async def revision_of(self, flow_key: str) -> int | None: ...
    async def last_published(self) -> datetime | None: ...
    async def without_receipt(self, limit: int) -> Sequence[FlowLine]: ...
    async def asked_since(self, moment: datetime) -> int: ...
    async def mark_asked(self, key: PaymentKey, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one run did. `missing` lines still have no receipt."""

    flows_taken: int
    receipts_found: int
    receipts_recovered: int
    missing: int


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """A role of the service; the office can ask for a run between two of its own."""

    run_flows: Runner[ReconcilingPorts]
    run_receipts: Runner[Ports]
    flows: FlowSource
    receipts: ReceiptSource
    reading: FlowReading
    clock: Clock
    every_seconds: float
    receipt_kept: Callable[[], None]
    prove: Callable[[], Awaitable[Proof]]

    async def run(self, stop: asyncio.Event) -> None:
        """Reconcile now and then until told to stop; waits out faults."""
        while not stop.is_set():
            try:
                done = await self.reconcile()
                log.info("reconciled", flows=done.flows_taken, recovered=done.receipts_recovered, missing=done.missing)
                proof = await self.prove()
                if not proof.holds:
                    log.error("receipts and book differ", **asdict(proof))
            except (RetryLater, MongoFault) as fault:
                log.warning("reconciling waits", fault=type(fault).__name__)
            try:
                await asyncio.wait_for(stop.wait(), self.every_seconds)
            except TimeoutError:
                continue

    async def reconcile(self) -> Reconciled:
        """Raises RetryLater: what was done until then is kept, and done again is once."""
        while await self.run_flows(name_lines, AT_ONCE) == AT_ONCE:
            pass
        taken = await self._take_flows()
        found = recovered = 0
        missing = await self.reading.without_receipt(AT_ONCE)
        for line in missing:
            if await self.run_flows(judge_again, line.key.iur):
                found += 1
            elif await self._recovered(line):
                recovered += 1
        return Reconciled(
            flows_taken=taken,
            receipts_found=found,
            receipts_recovered=recovered,
            missing=len(missing) - found - recovered,
        )

    async def _take_flows(self) -> int:
        last = await self.reading.last_published()
        taken = 0
        for psp_id, name, revision in await self.flows.published_since(last - OVERLAP if last else None):
            known = await self.reading.revision_of(f"{psp_id}/{name}")
            if known is not None and known >= revision:
                continue
            flow = await self.flows.flow(psp_id, name, revision)
            taken += await self.run_flows(take_flow, flow)
        return taken

    async def _recovered(self, line: FlowLine) -> bool:
        now = self.clock.now()
        if await self.reading.asked_since(now - WITHIN) >= ASKED_AT_MOST:
            return False
        await self.reading.mark_asked(line.key, now)
        receipt = await self.receipts.receipt(line)
        if receipt is None:
            return False
        await self.run_receipts(keep_receipt, receipt)
        self.receipt_kept()
        return await self.run_flows(judge_again, line.key.iur) > 0
