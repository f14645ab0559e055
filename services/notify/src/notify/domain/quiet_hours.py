"""Hours in which an SMS that can wait waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `start` (inside) to `end` (outside), Europe/Rome wall time; may span midnight. Equal: never quiet."""

    start: time
    end: time

    def released_at(self, moment: datetime) -> datetime:
        """`moment` itself (aware) outside the quiet hours, else the end of them, in UTC."""
        local = moment.astimezone(ROME)
        if not self._covers(local.time()):
            return moment
        morning = datetime.combine(local.date(), self.end, tzinfo=ROME)
        if local.time() >= self.end:
            morning = datetime.combine(local.date() + timedelta(days=1), self.end, tzinfo=ROME)
        return morning.astimezone(UTC)

    def _covers(self, wall: time) -> bool:
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


NEVER_QUIET = QuietHours(start=time(0), end=time(0))
