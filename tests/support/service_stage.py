"""What a service's scenarios are played on: its ports on any store, in memory or on a real MongoDB."""

from __future__ import annotations

import copy
import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Concatenate, Generic, ParamSpec, TypeVar
from uuid import uuid4

import httpx2 as httpx

from refettorio_chassis import mongo
from refettorio_chassis.audit import AUDIT, AuditLine
from refettorio_chassis.clock import Clock, FixedClock
from refettorio_chassis.process import Foundation, Service, ensure_database, foundation
from refettorio_chassis.settings import ServiceSettings
from refettorio_chassis.testing import TokenMinter, announced, drop_database
from refettorio_chassis.transaction import Runner, Transaction
from refettorio_chassis.web import create_app
from refettorio_contracts import Event
from tests.support.platform import RunningPlatform

P = ParamSpec("P")
T = TypeVar("T")
PortsT = TypeVar("PortsT")
StoreT = TypeVar("StoreT", bound="MemoryTrail")


class Stage(ABC, Generic[PortsT]):
    """A service without its process."""

    clock: FixedClock

    @abstractmethod
    async def run(
        self, usecase: Callable[Concatenate[PortsT, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one use case in a transaction of its own."""

    @abstractmethod
    async def announced(self) -> list[Event]:
        """Every event told so far, in order."""

    @abstractmethod
    async def audit(self) -> Sequence[AuditLine]:
        """Every line of the audit, in order."""


@dataclass
class MemoryTrail:
    """What a store in memory was told to announce and to write down."""

    audit_lines: list[AuditLine] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def announce(self, event: Event, *, sequence: int = 0) -> None:
        self.events.append(event)

    async def audit(self, line: AuditLine) -> None:
        self.audit_lines.append(line)


class MemoryStage(Stage[PortsT], Generic[PortsT, StoreT]):
    """A store whose values are frozen, so that copies of its dictionaries are a snapshot to go back to."""

    store: StoreT

    def __init__(self, store: StoreT, now: datetime) -> None:
        self.clock = FixedClock(now)
        self.store = store
        self._numbers = itertools.count(1)

    @abstractmethod
    def ports(self) -> PortsT:
        """The ports on the store as it is now."""

    def new_id(self, prefix: str) -> str:
        """Counted instead of drawn."""
        return f"{prefix}_{next(self._numbers):04d}"

    async def run(
        self, usecase: Callable[Concatenate[PortsT, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        before = type(self.store)(**{name: copy.copy(value) for name, value in vars(self.store).items()})
        try:
            return await usecase(self.ports(), *args, **kwargs)
        except BaseException:
            self.store = before
            raise

    async def announced(self) -> list[Event]:
        return list(self.store.events)

    async def audit(self) -> Sequence[AuditLine]:
        return list(self.store.audit_lines)


class MongoStage(Stage[PortsT]):
    """A wired service: the production ports, and what they left in its database."""

    def __init__(self, service: Service, ports_on: Callable[[Clock, Transaction], PortsT]) -> None:
        self.clock = clock_of(service)
        transactions = service.foundation.transactions
        self._view = transactions.view
        self._run = Runner(transactions, lambda transaction: ports_on(self.clock, transaction), service=service.name)

    async def run(
        self, usecase: Callable[Concatenate[PortsT, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run(usecase, *args, **kwargs)

    async def announced(self) -> list[Event]:
        return await announced(self._view.database)

    async def audit(self) -> Sequence[AuditLine]:
        rows = await self._view.collection(AUDIT).find({}, {"_id": 0}, sort=[("_id", 1)])
        return [AuditLine(**row) for row in rows]


@asynccontextmanager
async def wired_service(
    name: str,
    settings: type[ServiceSettings],
    wire: Callable[[Foundation], Service],
    *,
    platform: RunningPlatform,
    now: datetime,
) -> AsyncIterator[Service]:
    """Wired as in production, on a database of these tests; nothing runs."""
    base = foundation(
        name,
        settings(
            mongodb_url=platform.addresses.mongodb_url,
            kafka_bootstrap_servers=platform.addresses.kafka_bootstrap,
            jwks_url="http://127.0.0.1:1/unused",
            public_url="http://127.0.0.1:1",
            database_prefix=f"test_{uuid4().hex[:8]}_",
            group_prefix=f"test.{uuid4().hex[:8]}.",
        ),
        FixedClock(now),
    )
    service = wire(base)
    await ensure_database(service)
    yield service
    await drop_database(base.transactions)
    await mongo.close(base.client)


async def emptied(service: Service, *, now: datetime) -> Service:
    """Nothing stored, its indexes kept, its clock back at `now`."""
    database = service.foundation.database
    for name in await database.list_collection_names():
        await database[name].delete_many({})
    clock_of(service).moment = now
    return service


def clock_of(service: Service) -> FixedClock:
    """The clock a test may move."""
    clock = service.foundation.clock
    assert isinstance(clock, FixedClock)
    return clock


@asynccontextmanager
async def api_of(service: Service, minter: TokenMinter) -> AsyncIterator[httpx.AsyncClient]:
    """The API as the gateway reaches it."""
    app = create_app(service=service.name, routers=service.routers, verifier=minter.verifier(service.name))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        yield client
