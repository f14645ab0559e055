"""What can be started: a command, its environment and how to know that it is ready."""

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Probe: TypeAlias = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command to keep running.

    `ready` is asked again and again until it says yes, or `start_seconds` are over. `is_quiet`
    keeps the output out of the terminal: it is always in the program's log file.
    """

    name: str
    command: tuple[str, ...]
    ready: Probe
    environment: Mapping[str, str]
    start_seconds: float = 60
    stop_seconds: float = 10
    is_quiet: bool = False
    log_path: Path


def inherited_environment() -> dict[str, str]:
    """The launcher's environment, fit for a child.

    Sixteen Python processes start together: without cached bytecode each would compile every
    library again, so the variable that forbids the cache is left out.
    """
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONUNBUFFERED"] = "1"
    return environment
