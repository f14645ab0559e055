"""A service as processes: all roles in one for a small town, one role each when it grows.

`python -m <service>` runs all roles; `python -m <service> api relay` the named ones;
`python -m <service> set-aside list` is the operator's way to what could not be accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI

from refettorio_chassis import mongo, operating, progress, set_aside
from refettorio_chassis.audit import AUDIT
from refettorio_chassis.auth import TokenVerifier
from refettorio_chassis.clock import Clock
from refettorio_chassis.consuming import Subscription
from refettorio_chassis.listening import Consumer
from refettorio_chassis.readings import READINGS
from refettorio_chassis.redacting import told
from refettorio_chassis.relay import Relay, ensure_outbox, outbox_age_seconds
from refettorio_chassis.settings import ServiceSettings
from refettorio_chassis.telemetry import start_telemetry, stop_telemetry
from refettorio_chassis.transaction import Transactions
from refettorio_chassis.web import Health, HealthCheck, create_app

LATE_OUTBOX_SECONDS: Final = 60.0
FAREWELL_SECONDS: Final = 45.0
"""How long the roles have to finish what is in their hands; longer than a consumer waits for its batch."""

Role = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
Command = Callable[[argparse.Namespace], Awaitable[int]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index to ensure at start. `keys` as MongoDB takes them."""

    collection: str
    keys: Sequence[tuple[str, int]]
    unique: bool = False
    where: Mapping[str, Any] | None = None


COLLECTIONS: Final = ("outbox", "processed", progress.COLLECTION, "leases")
INDEXES: Final = (
    Index(collection=set_aside.COLLECTION, keys=[("subscription", 1), ("state", 1), ("key", 1)]),
    Index(collection=AUDIT, keys=[("subject", 1), ("at", 1)]),
    Index(collection=AUDIT, keys=[("who", 1), ("at", 1)], where={"acted_by": {"$type": "string"}}),
    Index(collection=READINGS, keys=[("about", 1), ("at", 1)]),
    Index(collection=READINGS, keys=[("at", 1)]),
)
"""What every service has."""


@dataclass(frozen=True, kw_only=True)
class CommandSpec:
    """A command a service adds to its command line: `configure` declares its arguments, `run` returns the exit code."""

    name: str
    help: str
    run: Command
    configure: Callable[[argparse.ArgumentParser], None] = lambda _parser: None


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What the chassis makes for a service before the service wires itself."""

    settings: ServiceSettings
    clock: Clock
    client: mongo.Client
    database: mongo.Database
    transactions: Transactions


@dataclass(kw_only=True)
class Service:
    """A wired service. `roles` are its own long-running jobs besides api, consumer and relay."""

    name: str
    foundation: Foundation
    routers: Sequence[APIRouter] = ()
    subscriptions: Sequence[Subscription] = ()
    indexes: Sequence[Index] = ()
    collections: Sequence[str] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)
    commands: Sequence[CommandSpec] = ()
    readiness: Sequence[HealthCheck] = ()
    prepare: Callable[[], Awaitable[None]] | None = None


def foundation(name: str, settings: ServiceSettings, clock: Clock) -> Foundation:
    """Connections and transactions of service `name`; call it inside the running loop."""
    client = mongo.connect(settings.mongodb_url)
    database = client[settings.database_prefix + name]
    transactions = Transactions(client, database, source=settings.source(name), clock=clock)
    return Foundation(settings=settings, clock=clock, client=client, database=database, transactions=transactions)


class RoleEndedError(RuntimeError):
    """A job that should run for ever came to an end: better a new process than one that does half of its work."""


class Process:
    """Runs the chosen roles of one service until told to stop, or until one of them cannot go on."""

    def __init__(self, service: Service, roles: Sequence[str] = ()) -> None:
        self.service = service
        self._chosen = set(roles) or {"api", "consumer", "relay", *service.roles}
        self._consumer: Consumer | None = None
        self.app: FastAPI | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set. Raises what ended a role."""
        await ensure_database(self.service)
        tasks = {name: asyncio.create_task(role(stop), name=name) for name, role in self._roles().items()}
        try:
            await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            was_asked = stop.is_set()
            first = next(name for name, task in tasks.items() if task.done())
            stop.set()
            await asyncio.wait(tasks.values(), timeout=FAREWELL_SECONDS)
        finally:
            stop.set()
            for task in tasks.values():
                task.cancel()
            endings = await asyncio.gather(*tasks.values(), return_exceptions=True)
            await mongo.close(self.service.foundation.client)
        for ending in endings:
            if isinstance(ending, Exception):
                raise ending
        if not was_asked:
            message = f"role {first} of {self.service.name} ended although nobody asked it to"
            raise RoleEndedError(message)

    def _roles(self) -> dict[str, Role]:
        """The roles to run; the api always, because health and metrics are asked there."""
        roles: dict[str, Role] = {"api": self._serve}
        if "consumer" in self._chosen and self.service.subscriptions:
            self._consumer = self._make_consumer()
            roles["consumer"] = self._consumer.run
        if "relay" in self._chosen:
            roles["relay"] = self._make_relay().run
        return roles | {name: role for name, role in self.service.roles.items() if name in self._chosen}

    def _make_consumer(self) -> Consumer:
        settings = self.service.foundation.settings
        consumer = Consumer(
            bootstrap_servers=settings.kafka_bootstrap_servers,
            service=self.service.name,
            group_prefix=settings.group_prefix,
        )
        for subscription in self.service.subscriptions:
            consumer.add(subscription, self.service.foundation.transactions)
        return consumer

    def _make_relay(self) -> Relay:
        base = self.service.foundation
        return Relay(
            base.client,
            base.database,
            bootstrap_servers=base.settings.kafka_bootstrap_servers,
            service=self.service.name,
        )

    async def _serve(self, stop: asyncio.Event) -> None:
        settings = self.service.foundation.settings
        self.app = application(self.service, self._checks(), with_routes="api" in self._chosen)
        config = uvicorn.Config(
            self.app, host=settings.http_host, port=settings.http_port, log_config=None, access_log=False, lifespan="on"
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # ours stop all roles
        serving = asyncio.create_task(server._serve())  # noqa: SLF001 - serve() would take over the signals
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await serving

    def _checks(self) -> list[HealthCheck]:
        return [self._mongo_is_primary, self._outbox_is_fresh, self._consumer_is_member, *self.service.readiness]

    async def _mongo_is_primary(self) -> Health:
        try:
            is_well = await mongo.is_primary(self.service.foundation.client)
        except mongo.MongoFault as fault:
            return Health(name="mongodb", is_well=False, detail=type(fault).__name__)
        return Health(name="mongodb", is_well=is_well)

    async def _outbox_is_fresh(self) -> Health:
        try:
            age = await outbox_age_seconds(self.service.foundation.database)
        except mongo.MongoFault as fault:
            return Health(name="outbox", is_well=False, detail=type(fault).__name__)
        return Health(name="outbox", is_well=age < LATE_OUTBOX_SECONDS, detail=f"{age:.0f} s")

    async def _consumer_is_member(self) -> Health:
        listenings = self._consumer.listenings if self._consumer else []
        outside = [listening.intake.subscription.name for listening in listenings if not listening.is_member()]
        waiting = [
            f"{each.intake.subscription.name}: {each.intake.waiting_because}"
            for each in listenings
            if each.intake.waiting_because
        ]
        return Health(name="kafka", is_well=not outside and not waiting, detail=", ".join([*outside, *waiting]))


def application(service: Service, checks: Sequence[HealthCheck] = (), *, with_routes: bool = True) -> FastAPI:
    """The HTTP application of `service`."""
    settings = service.foundation.settings
    clock = service.foundation.clock
    verifier = TokenVerifier(jwks_url=settings.jwks_url, audience=service.name, now=lambda: clock.now().timestamp())

    return create_app(
        service=service.name,
        routers=service.routers if with_routes else (),
        verifier=verifier,
        readiness=checks,
    )


async def ensure_database(service: Service) -> None:
    """Collections and indexes, made before any transaction needs them (a transaction that makes one can conflict)."""
    database, indexes = service.foundation.database, (*INDEXES, *service.indexes)
    existing = set(await database.list_collection_names())
    wanted = {*COLLECTIONS, *service.collections, *(index.collection for index in indexes)}
    for name in sorted(wanted - existing):
        await mongo.ensure_collection(database, name)
    await ensure_outbox(database)
    for index in indexes:
        options: dict[str, Any] = {"partialFilterExpression": dict(index.where)} if index.where else {}
        await database[index.collection].create_index(list(index.keys), unique=index.unique, **options)
    if service.prepare:
        await service.prepare()


def main(build: Callable[[], Awaitable[Service]], *, name: str) -> None:
    """The command line of a service. `build` wires it inside the running loop."""
    start_telemetry(name)
    calm_the_collector()
    try:
        sys.exit(asyncio.run(_main(build, name, sys.argv[1:])))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        stop_telemetry()


def calm_the_collector() -> None:
    """Look for cycles of garbage seldom, and never among what was imported.

    A batch makes tens of thousands of small objects that die without cycles: at Python's default of 700 the collector
    took over a third of the time of posting (measured: 95 to 55 microseconds of processor per meal).
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _main(build: Callable[[], Awaitable[Service]], name: str, arguments: Sequence[str]) -> int:
    service = await build()
    parser, commands = _parser(service, name)
    if arguments and arguments[0] in commands:
        chosen = parser.parse_args(arguments)
        await ensure_database(service)
        return await commands[arguments[0]].run(chosen)
    known = {"api", "consumer", "relay", *service.roles}
    for role in arguments:
        if role not in known:
            parser.error(
                f"unknown role or command {role!r}; roles: {', '.join(sorted(known))}; commands: {', '.join(commands)}"
            )
    return await _run_until_signal(Process(service, arguments))


def _parser(service: Service, name: str) -> tuple[argparse.ArgumentParser, dict[str, CommandSpec]]:
    parser = argparse.ArgumentParser(prog=f"python -m {name}")
    subparsers = parser.add_subparsers(dest="command")
    commands = {spec.name: spec for spec in (*service.commands, operating_command(service))}
    for spec in commands.values():
        spec.configure(subparsers.add_parser(spec.name, help=spec.help))
    return parser, commands


def operating_command(service: Service) -> CommandSpec:
    """`set-aside`, which every service has."""

    async def run(chosen: argparse.Namespace) -> int:
        return await operating.run(chosen, service.foundation.transactions, service.subscriptions)

    return CommandSpec(
        name="set-aside",
        help="list, show, replay or drop what could not be accepted",
        run=run,
        configure=operating.configure,
    )


async def _run_until_signal(process: Process) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    try:
        await process.run(stop)
    except Exception as failure:
        log.critical(
            "process ends",
            service=process.service.name,
            reason=told(failure),
            exc_info=failure,
        )
        return 1
    return 0
