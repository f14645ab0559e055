"""The choices a municipality makes about its messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notify.domain.guardian import Channel
from notify.domain.quiet_hours import NEVER_QUIET, QuietHours
from notify.domain.retry import RetryPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`channels`: those with a provider. `lease`: how long a sender may hold a delivery before another may take it.

    `too_old`: a fact older than this is still written for the portal but no longer sent, so that reading a topic from
    its beginning wakes nobody. `catch_up`: a first contact still receives the letters this young, because topics have
    no common order and a contact may arrive after the fact it should have carried.
    """

    channels: tuple[Channel, ...]
    sms_quiet_hours: QuietHours = NEVER_QUIET
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    lease: timedelta = timedelta(minutes=2)
    too_old: timedelta = timedelta(days=7)
    catch_up: timedelta = timedelta(days=1)

    def not_before(self, channel: str, moment: datetime, *, is_urgent: bool) -> datetime:
        """When a message due at `moment` may leave."""
        if channel != "sms" or is_urgent:
            return moment
        return self.sms_quiet_hours.released_at(moment)
