"""Printing the notices of a whole school: look, start, watch, fetch the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from ledger.domain.decision_errors import PrintNotFoundError
from ledger.domain.prints import AmountRule, PrintOrder, PrintRun, PrintState
from ledger.inbound.http_bodies import Amount, Code, Items, Reason, ServiceCode
from ledger.inbound.http_refunds import DecisionCode, actor
from ledger.inbound.views import API
from ledger.usecases.finish_print import stop_print
from ledger.usecases.print_ports import PrintPorts, PrintReading
from ledger.usecases.print_school import preview_print, start_print
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.readings import EVERYBODY, Readings
from refettorio_chassis.transaction import Runner

Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
RunCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{7,59}$")]
ClassName = Annotated[str, Field(min_length=1, max_length=60)]
FileNumber = Annotated[int, Path(ge=1, le=10_000)]
RECENT = 20


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderBody(_Body):
    """Whose letters: of a school or one class of it; `rule` says how much each family is asked for.

    `fixed-per-child` wants `per_child_cents`, `weeks-of-meals` wants `weeks`.
    """

    school_id: Code
    class_id: Code | None = None
    service: ServiceCode = "meals"
    rule: AmountRule
    per_child_cents: Amount | None = None
    weeks: Annotated[int, Field(strict=True, ge=1, le=40)] | None = None

    def order(self) -> PrintOrder:
        """In the words of the domain."""
        return PrintOrder(
            school_id=self.school_id,
            class_id=self.class_id,
            service=self.service,
            rule=self.rule,
            per_child_cents=self.per_child_cents,
            weeks=self.weeks,
        )


class StartBody(OrderBody):
    """`run_id` makes it safe to send again; `class_names` is how classes are called on what is handed out in them."""

    run_id: DecisionCode | None = None
    class_names: Annotated[dict[Code, ClassName], Field(max_length=500)] = {}


class StopBody(_Body):
    """Why it is stopped."""

    reason: Reason


class PreviewView(_Body):
    """What a printing would do now: `letters`, of which `to_issue` are new notices and the others are given again."""

    families: int
    letters: int
    to_issue: int
    total_cents: int


class RunView(_Body):
    """How far a printing is. Its files are there one by one as they are made, up to `kept_until`.

    `state`: `issuing`, `printing`, `ready`, `failed` (and the `reason`), `forgotten`.
    """

    run_id: str
    school_id: str
    class_id: str | None
    service: str
    rule: str
    per_child_cents: int | None
    weeks: int | None
    state: str
    started_at: datetime
    started_by: str
    families: int
    families_seen: int
    letters: int
    issued: int
    total_cents: int
    files: int
    files_printed: int
    done_at: datetime | None
    kept_until: datetime | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class PrintDesk:
    """What the routes need; `started` wakes who prints."""

    run: Runner[PrintPorts]
    reading: PrintReading
    started: Callable[[], None]
    new_id: Callable[[str], str]
    kept_days: int
    readings: Readings

    def view(self, run: PrintRun) -> RunView:
        """As it stands."""
        return RunView(
            run_id=run.run_id,
            school_id=run.order.school_id,
            class_id=run.order.class_id,
            service=run.order.service,
            rule=run.order.rule.value,
            per_child_cents=run.order.per_child_cents,
            weeks=run.order.weeks,
            state=run.state.value,
            started_at=run.started_at,
            started_by=run.started_by,
            families=run.families,
            families_seen=run.families_seen,
            letters=run.letters,
            issued=run.issued,
            total_cents=run.total_cents,
            files=run.files,
            files_printed=0 if run.state is PrintState.FORGOTTEN else run.files_printed,
            done_at=run.done_at,
            kept_until=run.kept_until(self.kept_days),
            reason=run.reason,
        )


def router(desk: PrintDesk) -> APIRouter:
    """Starting answers at once: issuing and printing go on behind, step by step."""
    routes = APIRouter(prefix=f"{API}/prints", tags=["prints"])

    @routes.post("/preview")
    async def preview(_caller: OfficeReader, body: OrderBody) -> PreviewView:
        seen = await desk.run(preview_print, body.order())
        return PreviewView(
            families=seen.families, letters=seen.letters, to_issue=seen.to_issue, total_cents=seen.total_cents
        )

    @routes.post("", status_code=201)
    async def start(caller: Office, body: StartBody) -> RunView:
        run_id = body.run_id or desk.new_id("prn")
        run = await desk.run(start_print, body.order(), run_id=run_id, by=actor(caller), class_names=body.class_names)
        desk.started()
        return desk.view(run)

    @routes.get("")
    async def recent(_caller: OfficeReader) -> Items[RunView]:
        return Items(items=[desk.view(run) for run in await desk.reading.recent(RECENT)])

    @routes.get("/{run_id}")
    async def progress(_caller: OfficeReader, run_id: RunCode) -> RunView:
        run = await desk.reading.run(run_id)
        if run is None:
            raise PrintNotFoundError("La stampa non esiste.")
        return desk.view(run)

    @routes.post("/{run_id}/stop")
    async def stop(caller: Office, run_id: RunCode, body: StopBody) -> RunView:
        return desk.view(await desk.run(stop_print, run_id, reason=body.reason, by=actor(caller)))

    @routes.get("/{run_id}/files/{number}.pdf", response_class=Response)
    async def file(caller: OfficeReader, run_id: RunCode, number: FileNumber) -> Response:
        pdf = await desk.reading.file(run_id, number)
        if pdf is None:
            raise PrintNotFoundError("Il documento non c'è: non è ancora pronto, o non è più conservato.")
        await desk.readings.note(caller, "school-letters-read", [EVERYBODY], of=f"{run_id}/{number}")
        headers = {
            "content-disposition": f'attachment; filename="avvisi-{number}.pdf"',
            "cache-control": "private, no-store",
        }
        return Response(pdf, media_type="application/pdf", headers=headers)

    return routes
