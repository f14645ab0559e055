"""`up` and `down`: a guardian process in the background that owns the platform.

The guardian holds a lock on the data folder for as long as it lives, however it ends: the lock, and
not a process id in a file, says whether a platform runs. The state file tells the rest.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from refettorio_local.addresses import Ports
from refettorio_local.errors import PlatformError

START_SECONDS = 300
STOP_SECONDS = 90
LOOK_EVERY_SECONDS = 0.1

Phase = Literal["starting", "ready", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the guardian tells about itself. `processes` maps names to process ids."""

    guardian: int
    phase: Phase
    ports: Ports
    processes: dict[str, int] = field(default_factory=dict)
    failure: str = ""


class Background:
    """The platform in the background of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log_path = folder / "logs" / "guardian.log"
        self._state_path = folder / "state.json"
        self._lock_path = folder / "lock"

    def is_running(self) -> bool:
        """Whether a guardian lives, ready or not."""
        if not self._lock_path.exists():
            return False
        with self._lock_path.open("a") as file:
            return not _locked(file.fileno())

    def state(self) -> State | None:
        """The last state written; it outlives the guardian."""
        if not self._state_path.exists():
            return None
        kept = json.loads(self._state_path.read_text(encoding="utf-8"))
        return State(**{**kept, "ports": Ports(**kept["ports"])})

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Be the guardian for the length of the block. Raises PlatformError when there is one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock_path.open("a") as file:
            if not _locked(file.fileno()):
                raise PlatformError(f"A platform already runs on {self.folder}.")
            yield

    def tell(self, state: State) -> None:
        """Write the state at once: a reader sees the old one or the new one."""
        fresh = self._state_path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(state), indent=2), encoding="utf-8")
        fresh.replace(self._state_path)

    def start(self) -> State:
        """Start a guardian and return its state when everything is ready.

        Raises PlatformError with the guardian's own words when it fails.
        """
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self._state_path.unlink(missing_ok=True)
        with self.log_path.open("ab") as log:
            guardian = subprocess.Popen(
                (sys.executable, "-m", "refettorio_local", "run"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal that says `up` may be closed
            )
        try:
            return self._wait_until_ready(guardian)
        except KeyboardInterrupt:
            guardian.terminate()
            guardian.wait()
            raise PlatformError("Interrupted: what had started was stopped again.") from None

    def stop(self) -> None:
        """Ask the guardian to stop everything and wait; end it by force when it takes too long.

        By force too nothing stays behind: its children die with it (tether.py).
        """
        state = self.state()
        if state is None or not self.is_running():
            return
        os.kill(state.guardian, signal.SIGTERM)
        if not self._ended_within(STOP_SECONDS):
            os.kill(state.guardian, signal.SIGKILL)
            self._ended_within(STOP_SECONDS)
        for pid in (*state.processes.values(), state.guardian):
            _wait_until_gone(pid)

    def _wait_until_ready(self, guardian: subprocess.Popen[bytes]) -> State:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            state = self.state()
            if state is not None and state.phase == "ready":
                return state
            if guardian.poll() is not None:
                said = state.failure if state is not None else ""
                raise PlatformError(said or f"The platform did not start: see {self.log_path}.")
            time.sleep(LOOK_EVERY_SECONDS)
        guardian.terminate()
        raise PlatformError(f"The platform was not ready after {START_SECONDS} s: see {self.log_path}.")

    def _ended_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_EVERY_SECONDS)
        return True


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)


def _is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended but was not collected yet (Z) does not."""
    try:
        after_the_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except FileNotFoundError:
        return False
    return after_the_name.split()[0] != "Z"
