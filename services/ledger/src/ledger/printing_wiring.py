"""Printing whole schools, put together."""

from __future__ import annotations

from asyncio import Event as Stop
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter

from ledger.inbound import http_prints
from ledger.inbound.printing import FilePress, SchoolPrinter
from ledger.outbound.collections import ENROLMENTS
from ledger.outbound.prints import PRINT_FILES, PRINT_LINES, PRINT_RUNS, PrintStore
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.print_ports import PrintPorts
from refettorio_chassis.identifiers import new_id
from refettorio_chassis.process import Foundation, Index
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner, Transaction

COLLECTIONS: Final = (PRINT_RUNS, PRINT_LINES, PRINT_FILES)
INDEXES: Final = (
    Index(collection=ENROLMENTS, keys=[("school_id", 1), ("service", 1), ("account_id", 1)]),
    Index(collection=PRINT_RUNS, keys=[("open_school", 1)], unique=True, where={"open_school": {"$type": "string"}}),
    Index(collection=PRINT_RUNS, keys=[("started_at", -1)]),
    Index(collection=PRINT_LINES, keys=[("run_id", 1), ("class_id", 1), ("name", 1), ("account_id", 1)]),
    Index(collection=PRINT_FILES, keys=[("run_id", 1)]),
)


@dataclass(frozen=True, kw_only=True)
class PrintingParts:
    """What the wiring of the process takes in."""

    run: Runner[PrintPorts]
    printer: SchoolPrinter
    routers: tuple[APIRouter, ...]
    roles: Mapping[str, Callable[[Stop], Coroutine[Any, Any, None]]]


def printing_parts(
    base: Foundation, *, decide: Runner[DecisionPorts], press: FilePress, service: str, kept_days: int
) -> PrintingParts:
    """On the given foundation."""

    def ports(transaction: Transaction) -> PrintPorts:
        return PrintPorts(desk=decide.within(transaction), prints=PrintStore(transaction))

    run: Runner[PrintPorts] = Runner(base.transactions, ports, service=service)
    reading = PrintStore(base.transactions.view)
    printer = SchoolPrinter(run, reading, press, clock=base.clock, kept_days=kept_days)
    desk = http_prints.PrintDesk(
        run=run,
        reading=reading,
        started=printer.wake,
        new_id=new_id,
        kept_days=kept_days,
        readings=Readings(base.transactions.view, base.clock),
    )
    return PrintingParts(run=run, printer=printer, routers=(http_prints.router(desk),), roles={"printer": printer.run})
