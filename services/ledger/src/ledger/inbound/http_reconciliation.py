"""The office's side of reconciliation: flows, what does not match and who dealt with it, the proof of receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from ledger.domain.errors import ReconciliationNotConfiguredError
from ledger.domain.worklist import FLOW_LATE_AFTER, Handled, Work
from ledger.inbound.http_bodies import Items, Reason
from ledger.inbound.reconciling import Reconciler
from ledger.inbound.views import API
from ledger.usecases.mark_handled import mark_handled, take_back
from ledger.usecases.prove_receipts import Accounts, Sums, prove_receipts
from ledger.usecases.reconciling_ports import ReconcilingPorts, TakenFlow
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Runner

OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
Limit = Annotated[int, Query(ge=1, le=1000)]

WorkId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,40}$")]


class FlowReading(Sums, Protocol):
    """Where flows are read."""

    async def taken(self, limit: int) -> Sequence[TakenFlow]: ...


class WorklistReading(Protocol):
    """Where the worklist is read."""

    async def to_look_at(self, *, late_before: datetime, limit: int) -> Sequence[Work]: ...
    async def handled(self, limit: int) -> Sequence[Handled]: ...


@dataclass(frozen=True, kw_only=True)
class ReconciliationDesk:
    """What the routes need; no `reconciler` where pagoPA's flows are not configured."""

    run: Runner[ReconcilingPorts]
    flows: FlowReading
    worklist: WorklistReading
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

    work_id: str
    kind: str
    flow: str | None
    iuv: str
    iur: str
    id_transfer: int | None
    amount_cents: int
    expected_cents: int | None
    paid_at: datetime
    account_id: str | None


class HandledView(_Shape):
    """What a clerk said about something that does not match; `work` is as they saw it.

    `standing`: `handled`, `taken-back`, or `overtaken` (it changed, `ended_because` into what).
    """

    work: WorkView
    by: str
    at: datetime
    reason: str
    standing: str
    ended_at: datetime | None
    ended_by: str | None
    ended_because: str | None


class MarkBody(_Shape):
    """What was dealt with; `kind` as it was shown, so that what has changed since is looked at again."""

    work_id: WorkId
    kind: Kind
    reason: Reason


class TakeBackBody(_Shape):
    """What is to be looked at again."""

    work_id: WorkId
    reason: Reason


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
    _add_flows(routes, desk)
    _add_worklist(routes, desk)
    return routes


def _add_flows(routes: APIRouter, desk: ReconciliationDesk) -> None:
    @routes.get("/flows")
    async def flows(_caller: OfficeReader, limit: Limit = 200) -> Items[FlowView]:
        return Items(items=[_flow_view(flow) for flow in await desk.flows.taken(limit)])

    @routes.get("/proof")
    async def proof(_caller: OfficeReader) -> ProofView:
        found = await prove_receipts(desk.flows, desk.accounts)
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


def _add_worklist(routes: APIRouter, desk: ReconciliationDesk) -> None:
    @routes.get("/worklist")
    async def worklist(_caller: OfficeReader, limit: Limit = 200) -> Items[WorkView]:
        late = desk.clock.now() - FLOW_LATE_AFTER
        found = await desk.worklist.to_look_at(late_before=late, limit=limit)
        return Items(items=[_work_view(work) for work in found])

    @routes.get("/worklist/handled")
    async def handled(_caller: OfficeReader, limit: Limit = 200) -> Items[HandledView]:
        return Items(items=[_handled_view(mark) for mark in await desk.worklist.handled(limit)])

    @routes.post("/worklist/mark-handled")
    async def mark(caller: Office, body: MarkBody) -> HandledView:
        by = caller.acting_as("office", "administrator")
        said = await desk.run(mark_handled, body.work_id, seen_kind=body.kind, reason=body.reason, by=by)
        return _handled_view(said)

    @routes.post("/worklist/take-back")
    async def back(caller: Office, body: TakeBackBody) -> HandledView:
        by = caller.acting_as("office", "administrator")
        return _handled_view(await desk.run(take_back, body.work_id, reason=body.reason, by=by))


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


def _work_view(work: Work) -> WorkView:
    return WorkView(**asdict(work))


def _handled_view(mark: Handled) -> HandledView:
    return HandledView(
        work=_work_view(mark.work),
        by=mark.by,
        at=mark.at,
        reason=mark.reason,
        standing=mark.standing.value,
        ended_at=mark.ended_at,
        ended_by=mark.ended_by,
        ended_because=mark.ended_because,
    )
