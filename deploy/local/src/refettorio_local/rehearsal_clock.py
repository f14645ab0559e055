"""The clock of a rehearsal: every process of the platform lives at real time plus one offset.

A school year can be played in minutes. Time never goes back while a platform keeps its data: what
was written must stay in the past.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from refettorio_chassis.clock import REREAD_SECONDS, read_offset, write_offset
from refettorio_local.errors import PlatformError


class RehearsalClock:
    """Writes the file that `REFETTORIO_CLOCK_FILE` names; a new file starts at real time.

    `set` and `advance` return when every process lives at the new moment.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_offset(path, timedelta())

    def now(self) -> datetime:
        """The moment, aware UTC, that the platform lives in."""
        return datetime.now(UTC) + self._offset()

    def set(self, moment: datetime) -> None:
        """Let the platform live at `moment` (aware) from now on. Any moment the first time only.

        Raises PlatformError when that would turn an offset already given back.
        """
        offset = moment.astimezone(UTC) - datetime.now(UTC)
        if self._offset() and offset < self._offset():
            raise PlatformError(f"The rehearsal clock is already past {moment.isoformat()}.")
        self._write(offset)

    def advance(self, step: timedelta) -> None:
        """Let `step` pass at once."""
        self._write(self._offset() + step)

    def _offset(self) -> timedelta:
        return read_offset(self.path)

    def _write(self, offset: timedelta) -> None:
        write_offset(self.path, offset)
        time.sleep(REREAD_SECONDS * 2)  # the longest that a process goes without looking, and a margin
