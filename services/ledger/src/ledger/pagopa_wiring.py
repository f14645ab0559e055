"""The parts of the ledger that call pagoPA, put together by hand; each only where its address is configured."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ledger.domain.creditor import Creditor
from ledger.inbound import http_reconciliation
from ledger.inbound.mirroring import Mirror
from ledger.inbound.reconciling import Reconciler
from ledger.inbound.settling import Settler
from ledger.outbound.aca import AcaArchive
from ledger.outbound.biz_events import BizEvents
from ledger.outbound.flow_source import FdrSource
from ledger.outbound.flows import FLOW_LINES, FLOWS, FlowStore
from ledger.outbound.mirror_queue import MIRROR_QUEUE, MirrorQueue
from ledger.outbound.pagopa_rest import PagopaRest
from ledger.outbound.store import LedgerQueries
from ledger.outbound.worklist import HANDLED, WorklistStore
from ledger.settings import Settings
from ledger.usecases.ports import Ports
from ledger.usecases.prove_receipts import prove_receipts
from ledger.usecases.reconciling_ports import ReconcilingPorts
from refettorio_chassis.process import Foundation, Index
from refettorio_chassis.transaction import Runner, Transaction

SERVICE = "ledger"
COLLECTIONS = (FLOWS, FLOW_LINES, HANDLED, MIRROR_QUEUE)
INDEXES = (
    Index(collection=MIRROR_QUEUE, keys=[("due_at", 1)]),
    Index(collection=FLOWS, keys=[("published_at", -1)]),
    Index(collection=FLOW_LINES, keys=[("iur", 1)]),
    Index(collection=FLOW_LINES, keys=[("work_id", 1)]),
    Index(collection=HANDLED, keys=[("work.work_id", 1), ("at", 1)]),
    Index(collection=HANDLED, keys=[("standing", 1), ("work.iur", 1)]),
    Index(collection=HANDLED, keys=[("standing", 1), ("work.flow", 1)]),
    Index(collection=HANDLED, keys=[("at", -1)]),
    Index(collection=FLOW_LINES, keys=[("flow", 1), ("outcome", 1)]),
    Index(collection=FLOW_LINES, keys=[("outcome", 1), ("asked_at", 1)]),
)


@dataclass(frozen=True, kw_only=True)
class PagopaParts:
    """Routers and roles, and how to let go of their connections."""

    reconciliation: http_reconciliation.ReconciliationDesk
    reconciler: Reconciler | None
    mirror: Mirror | None
    close: Callable[[], Awaitable[None]]

    @property
    def roles(self) -> dict[str, Callable[[asyncio.Event], Coroutine[Any, Any, None]]]:
        """What runs besides answering."""
        roles = {"reconciler": self.reconciler, "mirror": self.mirror}
        return {name: role.run for name, role in roles.items() if role is not None}


def pagopa_parts(
    base: Foundation,
    settings: Settings,
    *,
    ports: Callable[[Transaction], Ports],
    run: Runner[Ports],
    settler: Settler,
    creditor: Creditor,
) -> PagopaParts:
    """What `settings` names addresses for."""
    view = FlowStore(base.transactions.view)
    queries = LedgerQueries(base.transactions.view)
    rests: list[PagopaRest] = []

    def rest(url: str) -> PagopaRest:
        rests.append(PagopaRest(url, settings.pagopa_key))
        return rests[-1]

    run_flows = _reconciling(base, ports)
    reconciler = None
    if settings.fdr_url and settings.biz_events_url:
        reconciler = Reconciler(
            run_flows=run_flows,
            run_receipts=run,
            flows=FdrSource(rest(settings.fdr_url), settings.creditor_fiscal_code),
            receipts=BizEvents(rest(settings.biz_events_url), settings.creditor_fiscal_code),
            reading=view,
            clock=base.clock,
            every_seconds=settings.reconcile_every_seconds,
            receipt_kept=settler.wake,
            prove=lambda: prove_receipts(view, queries),
        )

    mirror = None
    if settings.aca_url:
        mirror = Mirror(
            archive=AcaArchive(rest(settings.aca_url), creditor),
            queue=MirrorQueue(base.transactions.view),
            reading=queries,
            clock=base.clock,
        )

    async def close() -> None:
        for each in rests:
            await each.close()

    desk = http_reconciliation.ReconciliationDesk(
        run=run_flows,
        flows=view,
        worklist=WorklistStore(base.transactions.view),
        accounts=queries,
        reconciler=reconciler,
        clock=base.clock,
    )
    return PagopaParts(reconciliation=desk, reconciler=reconciler, mirror=mirror, close=close)


def _reconciling(base: Foundation, ports: Callable[[Transaction], Ports]) -> Runner[ReconcilingPorts]:
    def world(transaction: Transaction) -> ReconcilingPorts:
        return ReconcilingPorts(
            world=ports(transaction), flows=FlowStore(transaction), worklist=WorklistStore(transaction)
        )

    return Runner(base.transactions, world, service=SERVICE)
