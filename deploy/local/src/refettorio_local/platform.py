"""The embedded platform: everything that Refettorio needs, on this machine, for as long as asked.

One class for `make up`, the demo and the tests. Processes are started, waited for, watched; when one
dies by itself the whole platform stops and says why.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from refettorio_chassis.kafka import create_topics
from refettorio_local.addresses import HOST, Addresses, Ports, free_ports
from refettorio_local.child import LineSink
from refettorio_local.errors import PlatformError, ProcessDiedError
from refettorio_local.gateway import gateway_program
from refettorio_local.jars import fetch
from refettorio_local.kafka import kafka_program
from refettorio_local.keys import Keys, keys_in
from refettorio_local.members import Members
from refettorio_local.mongod import mongod_program, mongodb_url
from refettorio_local.program import Program
from refettorio_local.rehearsal_clock import RehearsalClock
from refettorio_local.supervisor import Supervisor, together
from refettorio_local.tracing import Collector
from refettorio_local.zipkin import zipkin_program

RESTART_AFTER_SECONDS = 0.5  # a process that dies at once must not be started in a tight loop


def to_nobody(_name: str, _line: str) -> None:
    """The sink of who reads the log files instead."""


def ports_needed(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the ports that a whole platform listens on, without those of external servers."""
    given = {
        "mongodb": "MONGODB_URL",
        "kafka": "KAFKA_BOOTSTRAP_SERVERS",
        "kafka_controller": "KAFKA_BOOTSTRAP_SERVERS",
        "kafka_subscribers": "KAFKA_BOOTSTRAP_SERVERS",
        "zipkin": "OTEL_EXPORTER_OTLP_ENDPOINT",
    }
    names = (field.name for field in fields(Ports))
    return tuple(name for name in names if not environment.get(given.get(name, "")))


class Platform:
    """Processes over one data folder.

    `MONGODB_URL`, `KAFKA_BOOTSTRAP_SERVERS` and `OTEL_EXPORTER_OTLP_ENDPOINT` in the environment
    name servers that already exist: those are used and the embedded ones are not started.
    """

    def __init__(self, data_dir: Path, *, ports: Ports | None = None, sink: LineSink = to_nobody) -> None:
        self.data_dir = data_dir.resolve()
        self.ports = ports or free_ports()
        self.clock = RehearsalClock(self.data_dir / "clock.json")
        self.failure: PlatformError | None = None
        self.failed = asyncio.Event()
        self._sink = sink
        self._supervisor = Supervisor(sink=sink, on_death=self._died)
        self._restarted: set[str] = set()
        self._restarts: set[asyncio.Task[None]] = set()

    @property
    def addresses(self) -> Addresses:
        """Where everything is, external servers included."""
        return Addresses(
            ports=self.ports,
            mongodb_url=os.environ.get("MONGODB_URL") or mongodb_url(self.ports.mongodb),
            kafka_bootstrap=os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or f"{HOST}:{self.ports.kafka}",
            zipkin_url=f"http://{HOST}:{self.ports.zipkin}",
            kafka_subscribers=os.environ.get("REFETTORIO_KAFKA_SUBSCRIBERS_ADDRESS")
            or ("" if os.environ.get("KAFKA_BOOTSTRAP_SERVERS") else f"{HOST}:{self.ports.kafka_subscribers}"),
        )

    @classmethod
    @asynccontextmanager
    async def infrastructure(
        cls, data_dir: Path, *, zipkin: bool = False, ports: Ports | None = None
    ) -> AsyncIterator["Platform"]:
        """A platform with mongod and Kafka (and Zipkin) only; all stopped at the end of the block.

        Raises ProcessDiedError, after cancelling the block, when one of its processes ends by itself.
        """
        platform = cls(data_dir, ports=ports)
        async with platform.stopped_afterwards():
            await platform.start_infrastructure(zipkin=zipkin)
            yield platform

    @classmethod
    @asynccontextmanager
    async def system(
        cls, data_dir: Path, *, ports: Ports | None = None, sink: LineSink = to_nobody
    ) -> AsyncIterator["Platform"]:
        """A platform with everything: infrastructure, simulators, gateway, services, clients."""
        platform = cls(data_dir, ports=ports, sink=sink)
        async with platform.stopped_afterwards():
            await platform.start_system()
            yield platform

    async def start_infrastructure(self, *, zipkin: bool = False) -> None:
        """Start mongod and Kafka, and Zipkin if asked, at once; what runs already is left alone."""
        starts: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {}
        if not os.environ.get("MONGODB_URL"):
            starts["mongod"] = self._start_mongod
        if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            starts["kafka"] = self._start_kafka
        if zipkin and not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
            starts["zipkin"] = self._start_zipkin
        await together(*(start() for name, start in starts.items() if name not in self.names))

    async def start_system(self) -> None:
        """Start everything that does not run yet; return when all of it is ready."""
        members = self._members()
        await together(
            self.start_infrastructure(zipkin=True),
            self._start(*members.simulators(), self._gateway()),
        )
        await create_topics(self.addresses.kafka_bootstrap)
        await self._start(*members.services())

    async def stop(self) -> None:
        """Stop every process, last started first, and wait for each to end."""
        self._restarted.clear()
        await asyncio.gather(*self._restarts, return_exceptions=True)
        await self._supervisor.stop()

    @asynccontextmanager
    async def stopped_afterwards(self) -> AsyncIterator[None]:
        """Stop everything at the end of the block, and end the block when a process dies."""
        block = asyncio.current_task()
        ended = asyncio.create_task(self.failed.wait(), name="watch the platform")
        ended.add_done_callback(lambda task: block and not task.cancelled() and block.cancel())
        try:
            yield
        except asyncio.CancelledError:
            if self.failure is None or block is None:
                raise
            block.uncancel()
        finally:
            ended.cancel()
            await self.stop()
        if self.failure is not None:
            raise self.failure

    def pid(self, name: str) -> int:
        """Process id of a running part. Raises UnknownProcessError."""
        return self._supervisor.child(name).pid

    def process_ids(self) -> dict[str, int]:
        """Every process of this platform by name, in the order of starting."""
        return {child.name: child.pid for child in self._supervisor.children}

    @property
    def names(self) -> list[str]:
        """Every process of this platform, in the order of starting."""
        return [child.name for child in self._supervisor.children]

    def log_path(self, name: str) -> Path:
        """The file that holds everything the process wrote."""
        return self.data_dir / "logs" / f"{name}.log"

    def environment_of(self, name: str) -> dict[str, str]:
        """The whole environment of a service, for running its command line beside it."""
        return self._members().environment_of(name)

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> None:
        """Send a signal on purpose: the end that may follow is no failure of the platform."""
        self._supervisor.kill(name, signal_number)

    async def restart(self, name: str) -> None:
        """Start a part again, stopping it first if it runs; returns when it is ready."""
        await self._supervisor.restart(name)

    @contextmanager
    def restarting(self, *names: str) -> Iterator[None]:
        """While the block lasts, start these parts again when they end, as an orchestrator would.

        Each restart is written to the sink. At the end of the block a death is a failure again.
        """
        self._restarted.update(names)
        try:
            yield
        finally:
            self._restarted.difference_update(names)

    async def settled(self) -> None:
        """Wait until no restart is under way."""
        while self._restarts:
            await asyncio.gather(*self._restarts)

    def _died(self, death: ProcessDiedError) -> None:
        self._sink("platform", str(death))
        if death.name in self._restarted:
            self._sink("platform", f"starting {death.name} again")
            task = asyncio.create_task(self._restart_after_death(death.name))
            self._restarts.add(task)
            task.add_done_callback(self._restarts.discard)
        else:
            self._fail(death)

    def _fail(self, error: PlatformError) -> None:
        if self.failure is None:
            self.failure = error
            self.failed.set()

    async def _restart_after_death(self, name: str) -> None:
        await asyncio.sleep(RESTART_AFTER_SECONDS)
        try:
            await self.restart(name)
        except ProcessDiedError as death:
            self._died(death)
        except PlatformError as error:
            self._fail(error)

    def _keys(self) -> Keys:
        return keys_in(self.data_dir / "keys", entity_id=f"{self.addresses.gateway_url}/auth/spid/metadata")

    def _members(self) -> Members:
        return Members(
            addresses=self.addresses,
            keys=self._keys(),
            collector=self._collector(),
            clock_file=self.clock.path,
            log_path=self.log_path,
        )

    def _collector(self) -> Collector:
        return Collector.chosen(os.environ, host=HOST, port=self.ports.zipkin)

    def _gateway(self) -> Program:
        return gateway_program(
            addresses=self.addresses,
            collector=self._collector(),
            certificates=self._keys().pagopa_folder,
            folder=self.data_dir / "gateway",
            log_path=self.log_path("gateway"),
        )

    async def _start_mongod(self) -> None:
        await self._start(
            mongod_program(
                port=self.ports.mongodb,
                folder=self.data_dir / "mongodb",
                log_path=self.log_path("mongod"),
            )
        )

    async def _start_kafka(self) -> None:
        jars = await asyncio.to_thread(fetch, "kafka")
        program = await asyncio.to_thread(
            kafka_program,
            ports=self.ports,
            folder=self.data_dir / "kafka",
            log_path=self.log_path("kafka"),
            jars=jars,
        )
        await self._start(program)

    async def _start_zipkin(self) -> None:
        jars = await asyncio.to_thread(fetch, "zipkin")
        await self._start(zipkin_program(port=self.ports.zipkin, log_path=self.log_path("zipkin"), jars=jars))

    async def _start(self, *programs: Program) -> None:
        await self._supervisor.start(programs)
