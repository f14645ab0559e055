"""Refunds and moves of credit: the holder asks, the office decides, the bank is given a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from ledger.domain.decision_errors import BatchNotFoundError
from ledger.domain.refunds import Refund, RefundBatch, RefundState
from ledger.inbound.http_bodies import AccountCode, Amount, Items, Reason
from ledger.inbound.views import API
from ledger.usecases.decide_refund import approve_refund, reject_refund
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.move_credit import move_credit
from ledger.usecases.pay_refunds import book_batch, gather_refunds
from ledger.usecases.request_refund import request_refund
from refettorio_chassis.audit import Actor
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

AtCounter = Annotated[Caller, Depends(caller_with("guardian", acting="counter"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
Reader = Annotated[Caller, Depends(caller_with("guardian", "office", "administrator", "auditor", acting="counter"))]
_OFFICE = ("office", "administrator", "auditor")

Iban = Annotated[str, StringConstraints(min_length=15, max_length=50)]
RefundId = Annotated[str, Path(pattern=r"^ref_[0-9a-f]{32}$")]
BatchCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{2,34}$")]
DecisionCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{7,59}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RefundBody(_Body):
    """Where to pay, and why the credit will not be used. Without an amount: all that is left."""

    iban: Iban
    reason: Reason
    amount_cents: Amount | None = None


class RejectBody(_Body):
    """Why not."""

    reason: Reason


class BatchBody(_Body):
    """`batch_id` is the office's own name of the file: the same name is the same file."""

    batch_id: BatchCode
    execution_day: date | None = None


class MoveBody(_Body):
    """`move_id` makes it safe to send again."""

    move_id: DecisionCode | None = None
    from_account: AccountCode
    to_account: AccountCode
    amount_cents: Amount
    reason: Reason


class RefundView(_Body):
    """A request; of the IBAN only the ends. `may_approve`: it waits, and the caller is somebody who may approve it."""

    refund_id: str
    account_id: str
    iban_masked: str
    amount_cents: int
    reason: str
    state: str
    requested_at: datetime
    decided_at: datetime | None
    decision_reason: str | None
    batch_id: str | None
    may_approve: bool


class BatchView(_Body):
    """A file for the bank."""

    batch_id: str
    created_at: datetime
    execution_day: date
    refunds: int
    total_cents: int
    booked_at: datetime | None
    file_url: str


class MoveView(_Body):
    """What was moved."""

    transfer_id: str
    amount_cents: int
    booked_at: datetime


class RefundQueries(Protocol):
    """Reading for pages."""

    async def every_refund(self) -> Sequence[Refund]: ...
    async def refunds_in(self, state: RefundState) -> Sequence[Refund]: ...
    async def refunds_of(self, account_id: str) -> Sequence[Refund]: ...
    async def batch(self, batch_id: str) -> RefundBatch | None: ...
    async def batches(self) -> Sequence[RefundBatch]: ...


@dataclass(frozen=True, kw_only=True)
class RefundDesk:
    """What the routes need; `merged` tells the records of one person, `file_of` writes the file of a batch."""

    run: Runner[DecisionPorts]
    queries: RefundQueries
    merged: Callable[[], Awaitable[Mapping[str, str]]]
    file_of: Callable[[RefundBatch], bytes]
    readings: Readings

    async def one(self, caller: Caller, refund: Refund) -> RefundView:
        """A request as the caller sees it."""
        return refund_view(refund, caller, await self.merged())

    async def shown(self, caller: Caller, refunds: Sequence[Refund]) -> Items[RefundView]:
        """Several."""
        merged = await self.merged()
        return Items(items=[refund_view(refund, caller, merged) for refund in refunds])


def actor(caller: Caller) -> Actor:
    """The caller as the audit knows them; who holds a staff role decides as staff."""
    role = next((role for role in ("office", "administrator") if caller.has(role)), "guardian")
    return Actor(subject=caller.subject, role=role, acting=caller.acting)


def as_guardian(caller: Caller) -> Actor:
    """Who asks for something of their own does so as a guardian, whatever else they are."""
    return Actor(subject=caller.subject, role="guardian", acting=caller.acting)


def router(desk: RefundDesk) -> APIRouter:
    """A holder asks for their own account only."""
    routes = APIRouter(prefix=API, tags=["refunds"])

    @routes.post("/refunds", status_code=201)
    async def ask(caller: AtCounter, body: RefundBody) -> RefundView:
        asked = await desk.run(
            request_refund,
            account_id=caller.subject,
            iban=body.iban,
            reason=body.reason,
            amount_cents=body.amount_cents,
            by=as_guardian(caller),
        )
        return await desk.one(caller, asked)

    @routes.post("/accounts/{account_id}/refunds", status_code=201)
    async def ask_for(caller: Office, account_id: AccountCode, body: RefundBody) -> RefundView:
        asked = await desk.run(
            request_refund,
            account_id=account_id,
            iban=body.iban,
            reason=body.reason,
            amount_cents=body.amount_cents,
            by=actor(caller),
        )
        return await desk.one(caller, asked)

    @routes.get("/refunds")
    async def every(
        caller: Reader, state: Annotated[RefundState | None, Query()] = None, mine: bool = False
    ) -> Items[RefundView]:
        """The office sees all of them; a guardian, or who asks for `mine`, only their own."""
        if mine or not caller.has(*_OFFICE):
            found = await desk.queries.refunds_of(caller.subject)
            return await desk.shown(caller, [refund for refund in found if state in {None, refund.state}])
        found = await desk.queries.refunds_in(state) if state else await desk.queries.every_refund()
        await desk.readings.note(caller, "refunds-listed", (refund.account_id for refund in found))
        return await desk.shown(caller, found)

    return routes


def office_router(desk: RefundDesk) -> APIRouter:
    """What the office decides, and the files for the bank."""
    routes = APIRouter(prefix=API, tags=["refunds"])

    @routes.get("/refunds/batches")
    async def batches(_caller: Office) -> Items[BatchView]:
        return Items(items=[batch_view(batch) for batch in await desk.queries.batches()])

    @routes.post("/refunds/batches", status_code=201)
    async def gather(caller: Office, body: BatchBody) -> BatchView:
        batch = await desk.run(
            gather_refunds, batch_id=body.batch_id, execution_day=body.execution_day, by=actor(caller)
        )
        return batch_view(batch)

    @routes.post("/refunds/batches/{batch_id}/book")
    async def book(caller: Office, batch_id: BatchCode) -> BatchView:
        return batch_view(await desk.run(book_batch, batch_id, by=actor(caller)))

    @routes.get("/refunds/pain001", response_class=Response)
    async def pain001(caller: Office, batch: Annotated[BatchCode, Query()]) -> Response:
        found = await desk.queries.batch(batch)
        if found is None:
            raise BatchNotFoundError("La distinta non esiste.", batch_id=batch)
        await desk.readings.note(caller, "bank-file-read", (line.account_id for line in found.lines), of=batch)
        headers = {
            "content-disposition": f'attachment; filename="{batch}.xml"',
            "cache-control": "private, no-store",
        }
        return Response(desk.file_of(found), media_type="application/xml", headers=headers)

    @routes.post("/refunds/{refund_id}/approve")
    async def approve(caller: Office, refund_id: RefundId) -> RefundView:
        return await desk.one(caller, await desk.run(approve_refund, refund_id, by=actor(caller)))

    @routes.post("/refunds/{refund_id}/reject")
    async def reject(caller: Office, refund_id: RefundId, body: RejectBody) -> RefundView:
        return await desk.one(caller, await desk.run(reject_refund, refund_id, reason=body.reason, by=actor(caller)))

    return routes


def move_router(run: Runner[DecisionPorts], new_id: Callable[[str], str]) -> APIRouter:
    """Credit from one holder to another."""
    routes = APIRouter(prefix=API, tags=["refunds"])

    @routes.post("/transfers", status_code=201)
    async def move(caller: Office, body: MoveBody) -> MoveView:
        posted = await run(
            move_credit,
            move_id=body.move_id or new_id("mov"),
            from_account=body.from_account,
            to_account=body.to_account,
            amount_cents=body.amount_cents,
            reason=body.reason,
            by=actor(caller),
        )
        return MoveView(
            transfer_id=posted.transfer.transfer_id,
            amount_cents=posted.transfer.amount_cents,
            booked_at=posted.booked_at,
        )

    return routes


def refund_view(refund: Refund, caller: Caller, merged: Mapping[str, str]) -> RefundView:
    """For the caller's page; `merged` as `Refund.may_be_approved_by` takes it."""
    is_office = caller.has("office", "administrator")
    return RefundView(
        refund_id=refund.refund_id,
        account_id=refund.account_id,
        iban_masked=f"{refund.iban[:4]} … {refund.iban[-4:]}",
        amount_cents=refund.amount_cents,
        reason=refund.reason,
        state=refund.state.value,
        requested_at=refund.requested_at,
        decided_at=refund.decided_at,
        decision_reason=refund.decision_reason,
        batch_id=refund.batch_id,
        may_approve=is_office and refund.may_be_approved_by(actor(caller).person, merged),
    )


def batch_view(batch: RefundBatch) -> BatchView:
    """For the page."""
    return BatchView(
        batch_id=batch.batch_id,
        created_at=batch.created_at,
        execution_day=batch.execution_day,
        refunds=len(batch.lines),
        total_cents=batch.total_cents,
        booked_at=batch.booked_at,
        file_url=f"{API}/refunds/pain001?batch={batch.batch_id}",
    )
