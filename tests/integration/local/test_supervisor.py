"""Processes are started, watched and stopped as promised. Small real processes stand for the large ones."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from refettorio_local.errors import NotReadyError, ProcessDiedError, UnknownProcessError
from refettorio_local.program import Program, inherited_environment
from refettorio_local.supervisor import Supervisor
from tests.support.waiting import is_alive, until

WAITS = "import pathlib, signal, time; pathlib.Path(MARK).write_text('up'); time.sleep(600)"
DIES = "print('la cucina è chiusa'); raise SystemExit(7)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS
TELLS_ITS_END = """
import pathlib, signal, sys, time
def end(*_):
    with open(END, "a") as file:
        print(NAME, file=file)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(MARK).write_text("up")
time.sleep(600)
"""
Made = Callable[..., Program]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Makes a program of a Python text, ready when it has written its MARK file."""

    def make(name: str, text: str, *, stop_seconds: float = 5, start_seconds: float = 20) -> Program:
        mark = tmp_path / f"{name}.mark"
        mark.unlink(missing_ok=True)

        async def is_ready() -> bool:
            return mark.exists()

        names = f"MARK = {str(mark)!r}; NAME = {name!r}; END = {str(tmp_path / 'ends')!r}\n"
        return Program(
            name=name,
            command=(sys.executable, "-c", names + text),
            ready=is_ready,
            environment=inherited_environment(),
            start_seconds=start_seconds,
            stop_seconds=stop_seconds,
            log_path=tmp_path / "logs" / f"{name}.log",
        )

    return make


@pytest.fixture
def deaths() -> list[ProcessDiedError]:
    return []


@pytest.fixture
def lines() -> list[tuple[str, str]]:
    return []


@pytest.fixture
async def supervisor(deaths: list[ProcessDiedError], lines: list[tuple[str, str]]) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(sink=lambda name, line: lines.append((name, line)), on_death=deaths.append)
    yield supervisor
    await supervisor.stop()


async def test_a_process_that_dies_is_reported_with_its_last_lines(
    supervisor: Supervisor, deaths: list[ProcessDiedError], made: Made
) -> None:
    text = "import pathlib; pathlib.Path(MARK).write_text('up'); import time; time.sleep(0.3); " + DIES
    await supervisor.start([made("kitchen", text)])
    await until(lambda: bool(deaths), "report of the death")
    assert (deaths[0].name, deaths[0].code) == ("kitchen", 7)
    assert "la cucina è chiusa" in str(deaths[0])


async def test_a_process_killed_from_outside_is_reported_with_the_signal(
    supervisor: Supervisor, deaths: list[ProcessDiedError], made: Made
) -> None:
    await supervisor.start([made("kitchen", WAITS)])
    os.kill(supervisor.child("kitchen").pid, signal.SIGKILL)
    await until(lambda: bool(deaths), "report of the death")
    assert "killed by SIGKILL" in str(deaths[0])


async def test_a_process_that_dies_before_it_is_ready_fails_the_start(supervisor: Supervisor, made: Made) -> None:
    with pytest.raises(ProcessDiedError, match="la cucina è chiusa"):
        await supervisor.start([made("waiter", WAITS), made("kitchen", DIES)])


async def test_a_process_that_is_never_ready_fails_the_start(supervisor: Supervisor, made: Made) -> None:
    never = "import time; print('non ancora', flush=True); time.sleep(600)"
    with pytest.raises(NotReadyError, match="non ancora"):
        await supervisor.start([made("kitchen", never, start_seconds=1)])


async def test_what_was_started_last_is_stopped_first(supervisor: Supervisor, made: Made, tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        await supervisor.start([made(name, TELLS_ITS_END)])
    await supervisor.stop()
    assert (tmp_path / "ends").read_text().split() == ["third", "second", "first"]


async def test_a_deaf_or_suspended_process_is_stopped_all_the_same(supervisor: Supervisor, made: Made) -> None:
    await supervisor.start([made("deaf", DEAF, stop_seconds=0.5), made("suspended", TELLS_ITS_END)])
    pids = [child.pid for child in supervisor.children]
    supervisor.kill("suspended", signal.SIGSTOP)
    await supervisor.stop()
    assert not [pid for pid in pids if is_alive(pid)]


async def test_a_process_killed_on_purpose_is_no_death_and_can_be_restarted(
    supervisor: Supervisor, deaths: list[ProcessDiedError], made: Made
) -> None:
    await supervisor.start([made("kitchen", WAITS)])
    before = supervisor.child("kitchen").pid
    supervisor.kill("kitchen")
    await supervisor.restart("kitchen")
    after = supervisor.child("kitchen").pid
    assert before != after
    assert is_alive(after)
    assert deaths == []


async def test_lines_are_shown_with_the_name_and_kept_in_the_log(
    supervisor: Supervisor, made: Made, lines: list[tuple[str, str]], tmp_path: Path
) -> None:
    await supervisor.start([made("kitchen", "print('si serve', flush=True)\n" + WAITS)])
    await until(lambda: ("kitchen", "si serve") in lines, "line")
    assert (tmp_path / "logs" / "kitchen.log").read_text() == "si serve\n"


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(UnknownProcessError, match="'cantina'"):
        Supervisor(sink=lambda *_: None, on_death=lambda _: None).child("cantina")


LAUNCHER = """
import asyncio, pathlib, sys
from refettorio_local.program import Program, inherited_environment
from refettorio_local.supervisor import Supervisor

async def main():
    async def is_ready():
        return True
    supervisor = Supervisor(sink=lambda *_: None, on_death=print)
    await supervisor.start([
        Program(
            name=name,
            command=(sys.executable, "-c", "import time; time.sleep(600)"),
            ready=is_ready,
            environment=inherited_environment(),
            log_path=pathlib.Path(sys.argv[1]) / name,
        )
        for name in ("one", "two", "three")
    ])
    print(*(child.pid for child in supervisor.children), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGHUP])
async def test_no_process_outlives_a_launcher_that_is_killed(tmp_path: Path, end: int) -> None:
    launcher = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LAUNCHER, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert launcher.stdout is not None
    pids = [int(pid) for pid in (await launcher.stdout.readline()).split()]
    assert len(pids) == 3
    assert all(is_alive(pid) for pid in pids)
    launcher.send_signal(end)
    await launcher.wait()
    try:
        await until(lambda: not any(is_alive(pid) for pid in pids), "end of the orphans")
    finally:
        for orphan in filter(is_alive, pids):
            os.kill(orphan, signal.SIGKILL)
