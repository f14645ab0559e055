"""The office's side of pagoPA: positions, cancelling a notice, payments that were not expected in their form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict

from ledger.domain.anomalies import Action, Decision
from ledger.domain.notices import Notice, NoticeState
from ledger.domain.receipts import KeptReceipt, plain_receipt_id
from ledger.inbound.http_bodies import AccountCode, Items, NoticeView, Reason, ServiceCode
from ledger.inbound.views import API, notice_view
from ledger.usecases.cancel_notice import cancel_notice
from ledger.usecases.ports import Ports
from ledger.usecases.resolve_anomaly import resolve_anomaly
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
Limit = Annotated[int, Query(ge=1, le=1000)]
Number = Annotated[str, Path(pattern=r"^[0-9]{18}$")]
AnomalyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]


class PositionReading(Protocol):
    """Where positions and anomalies are read."""

    async def positions(self, state: NoticeState | None, *, today: date, limit: int) -> Sequence[Notice]: ...
    async def anomalies(self, *, resolved: bool, limit: int) -> Sequence[KeptReceipt]: ...


@dataclass(frozen=True, kw_only=True)
class PositionDesk:
    """What the routes need. `attached` is called when money waits to be credited."""

    run: Runner[Ports]
    reading: PositionReading
    clock: Clock
    attached: Callable[[], None]
    readings: Readings


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PositionView(NoticeView):
    """A notice, and whose it is."""

    account_id: str


class CancelBody(_Shape):
    """Why a notice is cancelled."""

    reason: Reason


class ResolveBody(_Shape):
    """What is to be done; the account and the service are for what is attached."""

    action: Action
    reason: Reason
    account_id: AccountCode | None = None
    service: ServiceCode = "meals"


class ResolutionView(_Shape):
    """What was decided, by which clerk."""

    action: str
    reason: str
    by: str
    at: datetime


class AnomalyView(_Shape):
    """A payment to look at. `anomaly` is the kind; `stand_in`: pagoPA had answered in our place."""

    anomaly_id: str
    anomaly: str
    notice_number: str
    receipt_id: str
    account_id: str | None
    service: str | None
    amount_cents: int
    paid_at: datetime
    received_at: datetime
    stand_in: bool
    state: str
    resolution: ResolutionView | None


def router(desk: PositionDesk) -> APIRouter:
    """Office only."""
    routes = APIRouter(prefix=API, tags=["office"])

    @routes.get("/positions")
    async def positions(
        caller: OfficeReader, state: NoticeState | None = None, limit: Limit = 200
    ) -> Items[PositionView]:
        today = rome_day(desk.clock.now())
        found = await desk.reading.positions(state, today=today, limit=limit)
        await desk.readings.note(caller, "notices-listed", (notice.account_id for notice in found))
        return Items(items=[position_view(notice, today) for notice in found])

    @routes.post("/notices/{number}/cancel")
    async def cancel(caller: Office, number: Number, body: CancelBody) -> PositionView:
        by = caller.acting_as("office", "administrator")
        notice = await desk.run(cancel_notice, number, reason=body.reason, by=by)
        return position_view(notice, rome_day(desk.clock.now()))

    @routes.get("/anomalies")
    async def anomalies(caller: OfficeReader, resolved: bool = False, limit: Limit = 200) -> Items[AnomalyView]:
        found = await desk.reading.anomalies(resolved=resolved, limit=limit)
        families = (receipt.account_id for receipt in found if receipt.account_id)
        await desk.readings.note(caller, "anomalies-listed", families)
        return Items(items=[anomaly_view(receipt) for receipt in found])

    @routes.post("/anomalies/{anomaly_id:path}/resolve")
    async def resolve(caller: Office, anomaly_id: AnomalyId, body: ResolveBody) -> AnomalyView:
        is_attached = body.action is Action.ATTACH
        decision = Decision(
            action=body.action,
            reason=body.reason,
            account_id=body.account_id if is_attached else None,
            service=body.service if is_attached else None,
        )
        by = caller.acting_as("office", "administrator")
        receipt = await desk.run(resolve_anomaly, anomaly_id, decision, by=by)
        desk.attached()
        return anomaly_view(receipt)

    return routes


def position_view(notice: Notice, today: date) -> PositionView:
    """As it stands on `today`."""
    return PositionView(account_id=notice.account_id, **notice_view(notice, today).model_dump())


def anomaly_view(receipt: KeptReceipt) -> AnomalyView:
    """A receipt with an anomaly."""
    decided = receipt.resolution
    return AnomalyView(
        anomaly_id=plain_receipt_id(receipt.receipt_id),
        anomaly=receipt.anomaly.value if receipt.anomaly else "",
        notice_number=receipt.notice_number,
        receipt_id=receipt.receipt_id,
        account_id=receipt.account_id,
        service=receipt.service,
        amount_cents=receipt.amount_cents,
        paid_at=receipt.paid_at,
        received_at=receipt.received_at,
        stand_in=receipt.stand_in,
        state=receipt.state.value,
        resolution=(
            ResolutionView(action=decided.action, reason=decided.reason, by=decided.by, at=decided.at)
            if decided
            else None
        ),
    )
