"""`make up` and `make down`, as somebody in a terminal lives them. The whole platform, on free ports."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2 as httpx
import pytest

from refettorio_local.addresses import Ports, free_ports
from tests.support.waiting import is_alive, until

pytestmark = pytest.mark.slow
GIVEN = ("MONGODB_URL", "KAFKA_BOOTSTRAP_SERVERS", "OTEL_EXPORTER_OTLP_ENDPOINT")
NOT_RUNNING = 3


@dataclass(frozen=True)
class Terminal:
    folder: Path
    ports: Ports

    async def run(self, command: str) -> tuple[int, str]:
        """Exit code and output of `python -m refettorio_local <command>`."""
        own = {f"REFETTORIO_PORT_{name.upper()}": str(port) for name, port in asdict(self.ports).items()}
        inherited = {name: value for name, value in os.environ.items() if name not in GIVEN}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "refettorio_local", command),
            env=inherited | own | {"REFETTORIO_DATA": str(self.folder)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    def pids(self) -> dict[str, int]:
        """Process ids by name, the guardian's included."""
        state = json.loads((self.folder / "state.json").read_text())
        return {"guardian": state["guardian"], **state["processes"]}


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return Terminal(tmp_path_factory.mktemp("data"), free_ports())


def alive(pids: dict[str, int]) -> list[str]:
    return [name for name, pid in pids.items() if is_alive(pid)]


async def test_up_starts_everything_once_and_down_leaves_nothing_behind(terminal: Terminal) -> None:
    assert (await terminal.run("status"))[0] == NOT_RUNNING
    code, said = await terminal.run("up")
    assert code == 0, said
    pids = terminal.pids()
    try:
        assert {"gateway", "mongod", "kafka", "zipkin", "identity", "clients", "home"} <= pids.keys()
        assert f"http://127.0.0.1:{terminal.ports.gateway}" in said
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{terminal.ports.gateway}") as client:
            assert (await client.get("/.well-known/jwks.json")).status_code == 200
        code, said = await terminal.run("up")
        assert (code, "Already running" in said) == (0, True)
        assert terminal.pids() == pids
        assert (await terminal.run("status"))[0] == 0
    finally:
        code, said = await terminal.run("down")
    assert code == 0, said
    assert alive(pids) == []
    assert (await terminal.run("status"))[0] == NOT_RUNNING


async def test_a_guardian_that_is_killed_takes_everything_along_and_up_starts_again(
    terminal: Terminal,
) -> None:
    """On the data of the test before: what `down` left is good for the next `up`."""
    code, said = await terminal.run("up")
    assert code == 0, said
    pids = terminal.pids()
    os.kill(pids["guardian"], signal.SIGKILL)
    await until(lambda: not alive(pids), "end of the platform")
    code, said = await terminal.run("status")
    assert code == NOT_RUNNING


async def test_up_tells_which_port_is_taken(terminal: Terminal) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", terminal.ports.gateway)
    async with server:
        code, said = await terminal.run("up")
    assert code == 1
    assert "REFETTORIO_PORT_GATEWAY" in said
