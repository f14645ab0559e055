"""A session: what stands behind the opaque cookie of a person who signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from identity.domain.acting import ActingFor
from identity.domain.provider_session import ProviderSession
from identity.domain.sign_in import Scheme

IDLE_LIMIT: Final = timedelta(minutes=20)
ABSOLUTE_LIMIT: Final = timedelta(hours=8)
OPERATOR_IDLE_LIMIT: Final = timedelta(minutes=10)
"""A tablet in a canteen is put down where children are."""
REFERENCE_DIGITS: Final = 32
"""Enough of a hash to tell sessions apart in tokens, logs and pages; not enough to look one up by."""
TOUCH_INTERVAL: Final = timedelta(minutes=1)
"""How fine `last_seen_at` is: one write a minute and visitor, not one a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long a session lives: without a sign of its visitor, and in all. `operator_idle`: how long a tablet stays
    open without a mark.
    """

    idle: timedelta = IDLE_LIMIT
    absolute: timedelta = ABSOLUTE_LIMIT
    operator_idle: timedelta = OPERATOR_IDLE_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`session_id` is the SHA-256 of the cookie's value: who reads the database cannot take a session over.

    `at_provider`: the session its provider keeps beside it, if it keeps one.
    `device`: browser and system in words, as `domain/device.py` tells them; empty when not known.
    `acting`: for whom its person acts, if not for themselves; it may be over already.
    """

    session_id: str
    guardian_id: str
    scheme: Scheme
    level: int
    opened_at: datetime
    last_seen_at: datetime
    at_provider: ProviderSession | None = None
    device: str = ""
    acting: ActingFor | None = None

    @property
    def reference(self) -> str:
        """How its owner and the services name it."""
        return self.session_id[:REFERENCE_DIGITS]

    def is_alive(self, now: datetime, limits: SessionLimits) -> bool:
        """Neither idle nor open for too long."""
        return now - self.last_seen_at < limits.idle and now - self.opened_at < limits.absolute

    def wants_touch(self, now: datetime) -> bool:
        """Whether its last sign of life is old enough to be written again."""
        return now - self.last_seen_at >= TOUCH_INTERVAL
