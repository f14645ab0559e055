"""What the office sees of reconciliation: flows, what does not match, the proof that receipts are in the book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from ledger.domain.errors import ReconciliationNotConfiguredError
from ledger.domain.receipts import KeptReceipt
from ledger.inbound.http_bodies import Items
from ledger.inbound.reconciling import Reconciler
from ledger.inbound.views import API
from ledger.usecases.prove_receipts import Accounts, prove_receipts
from ledger.usecases.reconciling_ports import FlowLineIn, TakenFlow
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock

OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
Limit = Annotated[int, Query(ge=1, le=1000)]

FLOW_LATE_AFTER: Final = timedelta(days=5)
"""A flow is published by the end of the second day after the payment; week-ends and holidays come on top."""


class ReconciliationReading(Protocol):
    """Where flows and their lines are read."""

    async def taken(self, limit: int) -> Sequence[TakenFlow]: ...
    async def to_look_at(self, limit: int) -> Sequence[FlowLineIn]: ...
    async def receipts_overdue(self, before: datetime, limit: int) -> Sequence[KeptReceipt]: ...
    async def credited_cents(self) -> int: ...
    async def refunded_cents(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class ReconciliationDesk:
    """What the routes need; no `reconciler` where pagoPA's flows are not configured."""

    reading: ReconciliationReading
    accounts: Accounts
    reconciler: Reconciler | None
    clock: Clock


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FlowView(_Shape):
    """A flow as it was taken; `lines` counts its payments by outcome, `adds_up` holds the head against them."""

    flow: str
    revision: int
    psp_id: str
    regulation: str
    regulation_day: date
    published_at: datetime
    taken_at: datetime
    payments: int
    total_cents: int
    adds_up: bool
    lines: dict[str, int]


class WorkView(_Shape):
    """Something that does not match: a line of a flow, or a receipt that no flow names (`flow-missing`)."""

    kind: str
    flow: str | None
    iuv: str
    iur: str
    id_transfer: int | None
    amount_cents: int
    expected_cents: int | None
    paid_at: datetime
    account_id: str | None


class RunView(_Shape):
    """What one run did."""

    flows_taken: int
    receipts_found: int
    receipts_recovered: int
    missing: int


class ProofView(_Shape):
    """What receipts brought into the book and refunds took from it, and what receipts and refunds say."""

    ledger_cents: int
    receipts_cents: int
    refunds_cents: int
    holds: bool


def router(desk: ReconciliationDesk) -> APIRouter:
    """Office only."""
    routes = APIRouter(prefix=f"{API}/reconciliation", tags=["office"])

    @routes.get("/flows")
    async def flows(_caller: OfficeReader, limit: Limit = 200) -> Items[FlowView]:
        return Items(items=[_flow_view(flow) for flow in await desk.reading.taken(limit)])

    @routes.get("/worklist")
    async def worklist(_caller: OfficeReader, limit: Limit = 200) -> Items[WorkView]:
        late = desk.clock.now() - FLOW_LATE_AFTER
        lines = [_line_view(line) for line in await desk.reading.to_look_at(limit)]
        return Items(items=lines + [_late_view(each) for each in await desk.reading.receipts_overdue(late, limit)])

    @routes.get("/proof")
    async def proof(_caller: OfficeReader) -> ProofView:
        found = await prove_receipts(desk.reading, desk.accounts)
        return ProofView(
            ledger_cents=found.ledger_cents,
            receipts_cents=found.receipts_cents,
            refunds_cents=found.refunds_cents,
            holds=found.holds,
        )

    @routes.post("/run")
    async def run(_caller: Office) -> RunView:
        if desk.reconciler is None:
            message = "La riconciliazione non è configurata."
            raise ReconciliationNotConfiguredError(message)
        done = await desk.reconciler.reconcile()
        return RunView(
            flows_taken=done.flows_taken,
            receipts_found=done.receipts_found,
            receipts_recovered=done.receipts_recovered,
            missing=done.missing,
        )

    return routes


def _flow_view(flow: TakenFlow) -> FlowView:
    head = flow.head
    return FlowView(
        flow=head.name,
        revision=head.revision,
        psp_id=head.psp_id,
        regulation=head.regulation,
        regulation_day=head.regulation_day,
        published_at=head.published_at,
        taken_at=flow.taken_at,
        payments=head.total_count,
        total_cents=head.total_cents,
        adds_up=flow.adds_up,
        lines=dict(flow.outcomes),
    )


def _line_view(found: FlowLineIn) -> WorkView:
    line = found.judged.line
    return WorkView(
        kind=found.judged.outcome.value,
        flow=found.flow_key,
        iuv=line.key.iuv,
        iur=line.key.iur,
        id_transfer=line.key.id_transfer,
        amount_cents=line.amount_cents,
        expected_cents=found.judged.expected_cents,
        paid_at=line.paid_at,
        account_id=None,
    )


def _late_view(receipt: KeptReceipt) -> WorkView:
    return WorkView(
        kind="flow-missing",
        flow=None,
        iuv=receipt.notice_number[1:],
        iur=receipt.receipt_id,
        id_transfer=None,
        amount_cents=receipt.amount_cents,
        expected_cents=None,
        paid_at=receipt.paid_at,
        account_id=receipt.account_id,
    )
