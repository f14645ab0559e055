"""What can go wrong while the platform starts or runs. Each message says what to do or to look at."""

import signal
from collections.abc import Sequence
from pathlib import Path

SHOWN_CHARACTERS = 400  # of each line: mongod writes whole documents on one


class PlatformError(Exception):
    """Base of every failure that the launcher reports to whoever runs it."""


class ProcessDiedError(PlatformError):
    """A process ended while it should run."""

    def __init__(self, name: str, code: int, last_lines: Sequence[str]) -> None:
        self.name = name
        self.code = code
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        super().__init__(f"{name} ended by itself ({how}). {_shown(last_lines)}")


class NotReadyError(PlatformError):
    """A process runs but its readiness probe never said yes."""

    def __init__(self, name: str, seconds: float, last_lines: Sequence[str]) -> None:
        self.name = name
        super().__init__(f"{name} was not ready after {seconds:g} s. {_shown(last_lines)}")


class PortTakenError(PlatformError):
    """Another program listens on a port that the platform needs."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(
            f"Port {port} ({name}) is taken by another program: free it, "
            f"or choose another with REFETTORIO_PORT_{name.upper()}."
        )


class DownloadRefusedError(PlatformError):
    """A downloaded file is not the one named by the lock file."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"{path} has SHA-256 {found}, jars.lock wants {expected}. It was fetched twice: either "
            "the registry in between is altered, or the lock file is old "
            "(after a change of version: python -m refettorio_local lock)."
        )


class UnknownProcessError(PlatformError):
    """A name that no process of this platform has."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"No process is called {name!r}; there are {', '.join(known)}.")


def _shown(last_lines: Sequence[str]) -> str:
    if not last_lines:
        return "It wrote nothing."
    return "Its last lines:\n" + "\n".join(f"    {line[:SHOWN_CHARACTERS]}" for line in last_lines)
