"""One process of the platform: started, read, watched and stopped by its own process id."""

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeAlias

from refettorio_local.errors import NotReadyError, ProcessDiedError
from refettorio_local.program import Program

TETHER = Path(__file__).with_name("tether.py")
KEPT_LINES = 40
READ_BYTES = 65_536
PROBE_EVERY_SECONDS = 0.05

LineSink: TypeAlias = Callable[[str, str], None]  # program name, line without its end


class Child:
    """A running program; `await Child.start(program, sink)` makes one.

    Must be started from a thread that outlives it (see tether.py).
    """

    def __init__(self, program: Program, process: asyncio.subprocess.Process) -> None:
        self.program = program
        self.is_expected_to_end = False
        self._process = process
        self._last_lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, program: Program, sink: LineSink) -> "Child":
        """Start `program`; every line it writes goes to its log file and, unless quiet, to `sink`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(TETHER), str(os.getpid())),
            *program.command,
            env=dict(program.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Its own group: Ctrl-C in the terminal reaches the launcher alone, which stops in order.
            start_new_session=True,
        )
        child = cls(program, process)
        child._reading = asyncio.create_task(child._read(sink), name=f"read {program.name}")
        return child

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None

    async def wait_until_ready(self) -> None:
        """Return when the program's probe says yes.

        Raises ProcessDiedError when it ends before, NotReadyError when its time is over.
        """
        try:
            async with asyncio.timeout(self.program.start_seconds):
                while not await self.program.ready():
                    if not self.is_running:
                        raise await self.death()
                    await asyncio.sleep(PROBE_EVERY_SECONDS)
        except TimeoutError as error:
            raise NotReadyError(self.name, self.program.start_seconds, list(self._last_lines)) from error
        if not self.is_running:
            raise await self.death()

    async def wait(self) -> int:
        """Wait for the end of the process and of its output; its return code, negative for a signal."""
        code = await self._process.wait()
        if self._reading is not None:
            await asyncio.shield(self._reading)
        return code

    async def death(self) -> ProcessDiedError:
        """What to report about a process that ended while it should run."""
        return ProcessDiedError(self.name, await self.wait(), list(self._last_lines))

    def send(self, signal_number: int) -> None:
        """Send a signal to a running process; to one that has ended, nothing."""
        if self.is_running:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal_number)

    async def stop(self) -> None:
        """Ask the process to end, insist with SIGKILL after `stop_seconds`, and wait for the end."""
        self.is_expected_to_end = True
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)  # a process under SIGSTOP would never see the request
        try:
            async with asyncio.timeout(self.program.stop_seconds):
                await self.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.wait()

    async def _read(self, sink: LineSink) -> None:
        output = self._process.stdout
        if output is None:
            return
        self.program.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.program.log_path.open("ab", buffering=0) as log:
            rest = b""
            while chunk := await output.read(READ_BYTES):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._keep(line, log, sink)
            if rest:
                self._keep(rest, log, sink)

    def _keep(self, line: bytes, log: BinaryIO, sink: LineSink) -> None:
        log.write(line + b"\n")
        text = line.decode(errors="replace").rstrip()
        self._last_lines.append(text)
        if not self.program.is_quiet:
            sink(self.name, text)
