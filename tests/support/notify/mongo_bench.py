"""Runs use cases of notify on a real MongoDB, in a database of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar
from uuid import uuid4

from notify.domain.delivery import Delivery
from notify.domain.letter import Cause, Letter
from notify.domain.policy import Policy
from notify.outbound import documents
from notify.outbound.queries import Queries
from notify.outbound.store import COLLECTIONS, Store
from notify.usecases.ports import Ports
from notify.wiring import INDEXES
from refettorio_chassis import mongo
from refettorio_chassis.audit import AUDIT, AuditLine
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.process import Foundation, Service, ensure_database
from refettorio_chassis.settings import ServiceSettings
from refettorio_chassis.testing import announced
from refettorio_chassis.transaction import Runner, Transaction, Transactions
from refettorio_contracts import Event
from tests.support.notify.memory import COMPOSER
from tests.support.notify.scenarios import EVERY_CHANNEL, NOON

Q = ParamSpec("Q")
T = TypeVar("T")


@dataclass
class MongoBench:
    """The bench of the scenarios, on a real store."""

    clock: FixedClock
    policy: Policy
    transactions: Transactions

    @property
    def runner(self) -> Runner[Ports]:
        return Runner(self.transactions, self.ports, service="notify")

    @property
    def queries(self) -> Queries:
        return Queries(self.transactions.view)

    async def run(
        self, usecase: Callable[Concatenate[Ports, Q], Awaitable[T]], /, *args: Q.args, **kwargs: Q.kwargs
    ) -> T:
        return await self.runner(usecase, *args, **kwargs)

    async def announced(self) -> list[Event]:
        return await announced(self.transactions.database)

    async def deliveries(self) -> list[Delivery]:
        found = await self.transactions.view.collection("deliveries").find({}, sort=[("_id", 1)])
        return [documents.delivery_from(document) for document in found]

    async def letters(self) -> list[Letter]:
        found = await self.transactions.view.collection("letters").find({}, sort=[("_id", 1)])
        return [documents.letter_from(document) for document in found]

    async def audit(self) -> list[AuditLine]:
        rows = await self.transactions.view.collection(AUDIT).find({}, {"_id": 0}, sort=[("_id", 1)])
        return [AuditLine(**row) for row in rows]

    def ports(self, transaction: Transaction) -> Ports:
        def announce(event: Event, *, cause: Cause) -> None:
            transaction.announce(event, cause=cause)

        return Ports(
            store=Store(transaction),
            announce=announce,
            audit=transaction.audit,
            compose=COMPOSER,
            now=self.clock.now,
            jitter=lambda: 0.0,
            policy=self.policy,
        )


@asynccontextmanager
async def mongo_bench(mongodb_url: str) -> AsyncIterator[MongoBench]:
    """A bench with collections and indexes as the process makes them; its database is dropped at the end."""
    settings = ServiceSettings(
        mongodb_url=mongodb_url,
        kafka_bootstrap_servers="127.0.0.1:1",
        jwks_url="http://127.0.0.1:1",
        public_url="https://mensa.example",
        database_prefix=f"n{uuid4().hex[:10]}_",
    )
    clock = FixedClock(NOON)
    client = mongo.connect(mongodb_url)
    database = client[settings.database_prefix + "notify"]
    transactions = Transactions(client, database, source=settings.source("notify"), clock=clock)
    base = Foundation(settings=settings, clock=clock, client=client, database=database, transactions=transactions)
    await ensure_database(Service(name="notify", foundation=base, collections=COLLECTIONS, indexes=INDEXES))
    try:
        yield MongoBench(clock=clock, policy=EVERY_CHANNEL, transactions=transactions)
    finally:
        await client.drop_database(database.name)
        await mongo.close(client)
