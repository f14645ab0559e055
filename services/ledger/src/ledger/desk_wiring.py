"""What the office decides, put together: refunds, moves of credit, the end of the year."""

from __future__ import annotations

from asyncio import Event as Stop
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter

from ledger.domain.creditor import Creditor
from ledger.domain.notices import Notice
from ledger.inbound import http_closings, http_dunning, http_refunds, http_statement_files
from ledger.inbound.closing import YearCloser
from ledger.inbound.pupil_names import pupil_names
from ledger.outbound.closings import CLOSINGS, YEAR_LINES, ClosingStore
from ledger.outbound.coming import ComingStore
from ledger.outbound.dunning import ARRANGEMENTS, CASES, IN_FLIGHT, SWITCHES, DunningStore
from ledger.outbound.pain001 import pain001
from ledger.outbound.pupil_names import PUPIL_NAMES, PupilNameStore
from ledger.outbound.refunds import REFUND_BATCHES, REFUNDS, RefundStore, checked_iban
from ledger.outbound.statement_file import Printer, statement_csv
from ledger.outbound.store import LedgerQueries
from ledger.outbound.tariffs import HolderStore, TariffStore
from ledger.usecases.begin_payment import begin_payment
from ledger.usecases.decision_ports import DecisionPorts, DunningPolicy
from ledger.usecases.ports import Ports
from refettorio_chassis.consuming import Subscription
from refettorio_chassis.identifiers import new_id
from refettorio_chassis.process import Foundation, Index
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner, Transaction

COLLECTIONS: Final = (
    REFUNDS,
    REFUND_BATCHES,
    CLOSINGS,
    YEAR_LINES,
    PUPIL_NAMES,
    CASES,
    ARRANGEMENTS,
    IN_FLIGHT,
    SWITCHES,
)
INDEXES: Final = (
    Index(collection=REFUNDS, keys=[("account_id", 1)], unique=True, where={"state": "requested"}),
    Index(collection=ARRANGEMENTS, keys=[("account_id", 1), ("decided_at", -1)]),
    Index(collection=IN_FLIGHT, keys=[("account_id", 1), ("began_at", -1)]),
    Index(collection=YEAR_LINES, keys=[("account_id", 1), ("school_year", -1)]),
)


@dataclass(frozen=True, kw_only=True)
class DeskParts:
    """What the wiring of the process takes in; `decide` runs a decision in a transaction."""

    decide: Runner[DecisionPorts]
    closer: YearCloser
    coming: ComingStore
    payment_began: Callable[[Notice], Awaitable[None]]
    routers: tuple[APIRouter, ...]
    subscriptions: tuple[Subscription, ...]
    roles: Mapping[str, Callable[[Stop], Coroutine[Any, Any, None]]]


def desk_parts(
    base: Foundation,
    *,
    ports: Callable[[Transaction], Ports],
    creditor: Creditor,
    service: str,
    fonts: Path | None,
    dunning: DunningPolicy,
) -> DeskParts:
    """The desk on the given foundation."""

    def decisions(transaction: Transaction) -> DecisionPorts:
        return DecisionPorts(
            world=ports(transaction),
            audit=transaction.audit,
            refunds=RefundStore(transaction),
            enrolments=TariffStore(transaction),
            closings=ClosingStore(transaction),
            dunning=DunningStore(transaction),
            dunning_policy=dunning,
            checked_iban=checked_iban,
            new_id=new_id,
        )

    view = base.transactions.view
    decide: Runner[DecisionPorts] = Runner(base.transactions, decisions, service=service)

    async def payment_began(notice: Notice) -> None:
        await decide(begin_payment, notice)

    readings = Readings(view, base.clock)
    closer = YearCloser(decide, ClosingStore(view))
    closings = http_closings.ClosingDesk(run=decide, queries=ClosingStore(view), started=closer.wake, readings=readings)
    reminders = http_dunning.DunningDesk(
        run=decide,
        queries=DunningStore(view),
        notices=LedgerQueries(view),
        clock=base.clock,
        new_id=new_id,
        readings=readings,
    )
    return DeskParts(
        decide=decide,
        closer=closer,
        coming=ComingStore(view, base.clock, in_flight_minutes=dunning.in_flight_minutes),
        payment_began=payment_began,
        routers=(
            *_refunds(decide, creditor, base),
            http_closings.router(closings),
            http_dunning.router(reminders),
            http_dunning.arrangement_router(reminders),
            *_papers(base, creditor, fonts),
        ),
        subscriptions=(pupil_names(PupilNameStore),),
        roles={"closer": closer.run},
    )


def _refunds(decide: Runner[DecisionPorts], creditor: Creditor, base: Foundation) -> tuple[APIRouter, ...]:
    """Credit that goes back, or to another holder."""
    view = base.transactions.view
    desk = http_refunds.RefundDesk(
        run=decide,
        queries=RefundStore(view),
        merged=HolderStore(view).merged,
        file_of=lambda batch: pain001(batch, creditor),
        readings=Readings(view, base.clock),
    )
    return http_refunds.router(desk), http_refunds.office_router(desk), http_refunds.move_router(decide, new_id)


def _papers(base: Foundation, creditor: Creditor, fonts: Path | None) -> tuple[APIRouter, ...]:
    """Statements and certificates, for both sides of the counter."""
    view = base.transactions.view
    desk = http_statement_files.FileDesk(
        queries=LedgerQueries(view),
        names=PupilNameStore(view),
        printer=Printer(creditor, font_directory=fonts),
        as_csv=statement_csv,
        clock=base.clock,
        readings=Readings(view, base.clock),
    )
    return http_statement_files.holder_router(desk), http_statement_files.office_router(desk)
