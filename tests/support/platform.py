"""The embedded platform of a test session: one, shared, started when the first test asks for it.

It lives on an event loop in a thread of its own, so tests of any loop scope, synchronous ones
included, may use it. `MONGODB_URL` and `KAFKA_BOOTSTRAP_SERVERS` name external servers instead.
"""

import asyncio
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from refettorio_local.addresses import Addresses
from refettorio_local.platform import Platform
from refettorio_local.rehearsal_clock import RehearsalClock

T = TypeVar("T")


class RunningPlatform:
    """A platform on another thread's loop. Every method may be called from any thread.

    `restart` blocks until the part is ready; in an asynchronous test: `await platform.restarted(…)`.
    """

    def __init__(self, platform: Platform, loop: asyncio.AbstractEventLoop) -> None:
        self._platform = platform
        self._loop = loop

    @property
    def addresses(self) -> Addresses:
        """Where everything is. Raises the failure of the platform, if it had one."""
        if self._platform.failure is not None:
            raise self._platform.failure
        return self._platform.addresses

    @property
    def clock(self) -> RehearsalClock:
        return self._platform.clock

    @property
    def data_dir(self) -> Path:
        """Folder of the platform: data, logs, keys."""
        return self._platform.data_dir

    def pid(self, name: str) -> int:
        return self._platform.pid(name)

    def log(self, name: str) -> str:
        """Everything that a process has written so far."""
        return self._platform.log_path(name).read_text(errors="replace")

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> None:
        """Send a signal on purpose: the end that may follow fails nothing."""
        self.run(self._on_loop(lambda: self._platform.kill(name, signal_number)))

    def restart(self, name: str) -> None:
        self.run(self._platform.restart(name))

    async def restarted(self, name: str) -> None:
        """`restart` without blocking the caller's loop."""
        future = asyncio.run_coroutine_threadsafe(self._platform.restart(name), self._loop)
        await asyncio.wrap_future(future)

    @contextmanager
    def restarting(self, *names: str) -> Iterator[None]:
        """While the block lasts these parts are started again when they end."""
        with self._platform.restarting(*names):
            yield

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the platform's loop and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @staticmethod
    async def _on_loop(action: Any) -> None:
        action()


@contextmanager
def platform_in_a_thread(data_dir: Path) -> Iterator[RunningPlatform]:
    """An empty platform with free ports, on a loop of its own; stopped at the end of the block."""
    loop = asyncio.new_event_loop()
    # The kernel ends the children with this thread (tether.py): it must outlive them all.
    thread = threading.Thread(target=loop.run_forever, name="platform", daemon=True)
    thread.start()
    running = RunningPlatform(Platform(data_dir), loop)
    try:
        yield running
    finally:
        running.run(running._platform.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="session")
def platform_of_the_session(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningPlatform]:
    with platform_in_a_thread(tmp_path_factory.mktemp("platform")) as running:
        yield running
        if running._platform.failure is not None:
            raise running._platform.failure


@pytest.fixture(scope="session")
def infrastructure(platform_of_the_session: RunningPlatform) -> RunningPlatform:
    """A real MongoDB (replica set) and a real Kafka: `.addresses.mongodb_url`, `.kafka_bootstrap`."""
    platform_of_the_session.run(platform_of_the_session._platform.start_infrastructure())
    return platform_of_the_session


@pytest.fixture(scope="session")
def system(platform_of_the_session: RunningPlatform) -> RunningPlatform:
    """Everything, through Envoy: the services and the simulators on the infrastructure of the session."""
    platform_of_the_session.run(platform_of_the_session._platform.start_system())
    return platform_of_the_session
