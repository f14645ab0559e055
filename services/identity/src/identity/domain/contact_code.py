"""Proving that a contact is one's own: a code of six digits, sent there, typed here, within ten minutes.

A code of six digits cannot be guarded by a hash: what guards it is that five tries use it up, that five codes an hour
are all a person gets, and that it counts only in the session of the person who asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from identity.domain.errors import CodeTooSoonError, TooManyCodesError

DIGITS: Final = 6
LIFE: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
RESEND_AFTER: Final = timedelta(minutes=1)
MOST_SENT: Final = 5
SENT_WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingContact:
    """A contact that waits for its code. `code_hash`: SHA-256 of contact and code; `tries`: wrong ones so far."""

    contact_id: str
    channel: str
    address: str
    code_hash: str
    expires_at: datetime
    tries: int = 0

    def is_open(self, now: datetime) -> bool:
        """Whether a code may still be typed."""
        return now < self.expires_at and self.tries < MOST_TRIES

    @property
    def tries_left(self) -> int:
        return MOST_TRIES - self.tries

    def tried_in_vain(self) -> WaitingContact:
        return replace(self, tries=self.tries + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCodes:
    """What one guardian is proving: one contact at a time. `sent_at`: when codes left, those of the last hour at least.

    `version` counts the codes ever sent; it is the sequence of their events.
    """

    guardian_id: str
    waiting: WaitingContact | None = None
    sent_at: tuple[datetime, ...] = ()
    version: int = 0

    def sent(self, waiting: WaitingContact, now: datetime) -> ContactCodes:
        """One code more. Raises `CodeTooSoonError`, `TooManyCodesError`."""
        lately = tuple(at for at in self.sent_at if now - at < SENT_WITHIN)
        if lately and now - lately[-1] < RESEND_AFTER:
            raise CodeTooSoonError("Abbiamo appena inviato un codice: aspetta un minuto prima di chiederne un altro.")
        if len(lately) >= MOST_SENT:
            raise TooManyCodesError("Hai chiesto troppi codici: riprova tra un'ora.")
        return replace(self, waiting=waiting, sent_at=(*lately, now), version=self.version + 1)

    def with_waiting(self, waiting: WaitingContact | None) -> ContactCodes:
        return replace(self, waiting=waiting)
