"""A message to one guardian, whatever the ways it travels. It is what they find under Comunicazioni."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from notify.domain.content import Content
from notify.domain.guardian import Channel

CONTACT_CODE: Final = "contact-code"
"""The template of a letter that is deleted once it is sent, and never shown."""

LetterKind = Literal["office", "personal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What led to a message: an event (or command), its chain, and the W3C trace it belongs to."""

    event_id: str
    correlation_id: str
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`channels` are those it should travel by; the portal shows every letter but a code.

    After `expires_at` a letter is sent no more.
    """

    letter_id: str
    guardian_id: str
    kind: LetterKind
    template: str
    content: Content
    channels: tuple[Channel, ...]
    is_urgent: bool
    written_at: datetime
    cause: Cause
    expires_at: datetime | None = None


def letter_id_for(event_id: str, guardian_id: str) -> str:
    """One event writes to one guardian once."""
    return f"{event_id}:{guardian_id}"
