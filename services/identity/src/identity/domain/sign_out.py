"""Signing out of the provider too: SAML's single logout. Source: SPID technical rules, *Single Logout*."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from identity.domain.sign_in import Scheme

ANSWER_LIMIT: Final = timedelta(minutes=15)
"""How long a provider's answer to a logout request is awaited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """A logout request of ours on its way. Our session is over already, whatever the provider will say."""

    request_id: str
    relay_state: str
    scheme: Scheme
    provider: str
    started_at: datetime

    def is_awaited(self, now: datetime) -> bool:
        """Whether an answer may still come."""
        return now - self.started_at < ANSWER_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutAsked:
    """A verified logout request of a provider. No `indexes`: every session of `name_id` is meant."""

    request_id: str
    scheme: Scheme
    provider: str
    name_id: str
    indexes: frozenset[str]


class Farewell(Enum):
    """How a provider answered our logout request."""

    COMPLETE = "complete"
    PARTIAL = "partial"
