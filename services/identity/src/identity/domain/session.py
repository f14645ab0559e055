"""A session: what stands behind the opaque cookie of a person who signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from identity.domain.provider_session import ProviderSession
from identity.domain.sign_in import Scheme

IDLE_LIMIT: Final = timedelta(minutes=20)
ABSOLUTE_LIMIT: Final = timedelta(hours=8)
TOUCH_INTERVAL: Final = timedelta(minutes=1)
"""How fine `last_seen_at` is: one write a minute and visitor, not one a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`session_id` is the SHA-256 of the cookie's value: who reads the database cannot take a session over.

    `at_provider`: the session its provider keeps beside it, if it keeps one.
    """

    session_id: str
    guardian_id: str
    scheme: Scheme
    level: int
    opened_at: datetime
    last_seen_at: datetime
    at_provider: ProviderSession | None = None

    def is_alive(self, now: datetime) -> bool:
        """Neither idle nor open for too long."""
        return now - self.last_seen_at < IDLE_LIMIT and now - self.opened_at < ABSOLUTE_LIMIT

    def wants_touch(self, now: datetime) -> bool:
        """Whether its last sign of life is old enough to be written again."""
        return now - self.last_seen_at >= TOUCH_INTERVAL
