"""The concrete objects of this service, put together by hand."""

from __future__ import annotations

from attendance.inbound import events, http_days, http_privacy, http_sheets
from attendance.outbound.queries import MERGED, Queries
from attendance.outbound.store import INDEXES, Store
from attendance.settings import Settings
from attendance.usecases.forget_by_rule import forget_by_rule
from attendance.usecases.ports import Ports
from refettorio_chassis.clock import Clock, clock_from_environment
from refettorio_chassis.identifiers import new_id
from refettorio_chassis.process import Foundation, Service, foundation
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner, Transaction
from refettorio_chassis.waking import nightly

NAME = "attendance"


def ports_on(clock: Clock, transaction: Transaction) -> Ports:
    """The ports of the use cases on one transaction."""
    return Ports(store=Store(transaction), announcer=transaction, audit=transaction.audit, clock=clock, new_id=new_id)


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
            http_sheets.router(run, reads, base.clock, readings),
            http_days.router(run, reads, base.clock, readings),
            http_privacy.router(reads, readings),
        ],
        subscriptions=events.subscriptions(run),
        indexes=INDEXES,
        roles={"retention": nightly("retention", forget, base.clock)},
        collections=["names", "second_guardians", MERGED, "closures", "excuses", "sheets", "commands"],
    )


async def build() -> Service:
    """The service as its environment wants it."""
    return wire(foundation(NAME, Settings(), clock_from_environment()))
