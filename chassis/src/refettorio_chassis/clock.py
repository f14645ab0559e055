"""The only place where time comes from. Instants are aware UTC; days are Europe/Rome days."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

ROME: Final = ZoneInfo("Europe/Rome")
REREAD_SECONDS: Final = 0.05
"""How long a rehearsal clock may lag behind its file: short for a person, long for a busy loop."""


def rome_day(moment: datetime) -> date:
    """The day on the calendar of the municipality at `moment`."""
    return moment.astimezone(ROME).date()


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """Aware UTC, to the millisecond: what the database keeps, so that a thing is the same before and after."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return _to_the_millisecond(datetime.now(UTC))


class RehearsalClock:
    """The machine's clock moved by an offset kept in a file: to rehearse a school year, to train, to test.

    The file holds `{"offset_seconds": <number>}`; every process that reads the same file lives on the same day.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._checked = 0.0
        self._offset = timedelta()

    def now(self) -> datetime:
        elapsed = time.monotonic()
        if elapsed - self._checked > REREAD_SECONDS:
            self._checked = elapsed
            self._offset = read_offset(self._path)
        return _to_the_millisecond(datetime.now(UTC) + self._offset)


def _to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass
class FixedClock:
    """Stands still until told to advance: for tests."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by


def read_offset(path: Path) -> timedelta:
    """The offset kept in a rehearsal file; none when the file is not there."""
    try:
        return timedelta(seconds=float(json.loads(path.read_text())["offset_seconds"]))
    except FileNotFoundError:
        return timedelta()


def write_offset(path: Path, offset: timedelta) -> None:
    """Move every process that follows `path` to now + `offset`; whole or not at all."""
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
    draft.replace(path)


def clock_from_environment() -> Clock:
    """The machine's clock, or a rehearsal clock when REFETTORIO_CLOCK_FILE names a file."""
    path = os.environ.get("REFETTORIO_CLOCK_FILE")
    return RehearsalClock(Path(path)) if path else SystemClock()
