"""The concrete objects of this service, put together by hand."""

from __future__ import annotations

from enrollment.inbound import (
    events,
    http_applications,
    http_calendar,
    http_forms,
    http_lines,
    http_office,
    http_privacy,
    http_pupils,
    http_second_guardians,
    http_setup,
)
from enrollment.outbound.fiscal_codes import StdnumFiscalCodes
from enrollment.outbound.queries import MERGED, NETWORKS, Queries
from enrollment.outbound.store import FORGOTTEN, INDEXES, Store
from enrollment.settings import Settings
from enrollment.usecases.forget_by_rule import forget_by_rule
from enrollment.usecases.ports import Ports
from refettorio_chassis.clock import Clock, clock_from_environment
from refettorio_chassis.identifiers import new_id
from refettorio_chassis.process import Foundation, Service, foundation
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner, Transaction
from refettorio_chassis.waking import nightly

NAME = "enrollment"


def ports_on(clock: Clock, transaction: Transaction) -> Ports:
    """The ports of the use cases on one transaction."""
    return Ports(
        store=Store(transaction),
        announcer=transaction,
        audit=transaction.audit,
        clock=clock,
        fiscal_codes=StdnumFiscalCodes(),
        new_id=new_id,
    )


def wire(base: Foundation) -> Service:
    """The service on its foundation."""
    run = Runner(base.transactions, lambda transaction: ports_on(base.clock, transaction), service=NAME)
    reads = Queries(base.transactions.view)
    readings = Readings(base.transactions.view, base.clock)

    async def forget() -> None:
        await run(forget_by_rule)
        await readings.forget()

    return Service(
        name=NAME,
        foundation=base,
        routers=[
            http_forms.router(reads, base.clock, readings),
            http_applications.router(run, reads),
            http_privacy.router(reads, base.clock, readings),
            http_office.router(run, reads, readings),
            http_pupils.router(run, reads, base.clock, readings),
            http_second_guardians.router(run, reads, base.clock),
            http_setup.router(run, base.clock),
            http_lines.router(run, reads),
            http_calendar.router(run),
        ],
        subscriptions=events.subscriptions(run),
        indexes=INDEXES,
        roles={"retention": nightly("retention", forget, base.clock)},
        collections=[
            "windows",
            "school_years",
            "schools",
            "classes",
            "lines",
            "closures",
            "excuses",
            "holders",
            MERGED,
            NETWORKS,
            FORGOTTEN,
        ],
    )


async def build() -> Service:
    """The service as its environment wants it."""
    return wire(foundation(NAME, Settings(), clock_from_environment()))
