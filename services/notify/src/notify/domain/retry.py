"""When to try again, and when to stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential back-off with jitter, until the message is too old to be of use.

    Age and not a count of attempts ends it: a provider that is down for a night must not cost a message.
    """

    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(minutes=30)
    give_up_after: timedelta = timedelta(hours=48)

    def next_attempt(self, *, attempts: int, planned_at: datetime, now: datetime, jitter: float) -> datetime | None:
        """After `attempts` failures (from 1); None when it is time to give up.

        `jitter` in [0, 1) takes up to half of the wait away, so that a hundred messages refused together do not
        come back together.
        """
        if now - planned_at >= self.give_up_after:
            return None
        # The exponent is bounded: beyond twenty doublings the cap has long been reached.
        wait = min(self.first_wait * (1 << min(attempts - 1, 20)), self.longest_wait)
        return now + wait * (1 - jitter / 2)
