"""A tablet of the canteen: registered by the office, paired once by a code, revocable at any moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from identity.domain.session import TOUCH_INTERVAL, SessionLimits

PAIRING_LIMIT: Final = timedelta(minutes=5)
PAIRING_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that a person could take for a digit."""
PAIRING_LENGTH: Final = 8
"""40 bits: within five minutes nobody guesses one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Who opened the tablet with their PIN at `since`, and last changed something with it at `seen_at`."""

    operator_id: str
    since: datetime
    seen_at: datetime

    def holds(self, now: datetime, limits: SessionLimits) -> bool:
        """Neither put down for too long nor held for a whole day."""
        return now - self.seen_at < limits.operator_idle and now - self.since < limits.absolute


@dataclass(frozen=True, slots=True, kw_only=True)
class Tablet:
    """`pairing_hash` and `credential_hash` are SHA-256 of the one-time code and of the cookie: never the secrets.
    `key_thumbprint`: of the public key the device made (RFC 7638); one paired without a key opens nothing.
    """

    tablet_id: str
    name: str
    classes: frozenset[str]
    registered_at: datetime
    pairing_hash: str | None
    pairing_expires_at: datetime | None
    device_name: str | None = None
    credential_hash: str | None = None
    key_thumbprint: str | None = None
    paired_at: datetime | None = None
    last_seen_at: datetime | None = None
    revoked_at: datetime | None = None
    held: Held | None = None

    def accepts_pairing(self, now: datetime) -> bool:
        """Whether its code still opens it."""
        return self.revoked_at is None and self.pairing_expires_at is not None and now < self.pairing_expires_at

    def paired(self, *, credential_hash: str, key_thumbprint: str, device_name: str, now: datetime) -> Tablet:
        """Bound to one device; the code is spent."""
        return replace(
            self,
            pairing_hash=None,
            pairing_expires_at=None,
            credential_hash=credential_hash,
            key_thumbprint=key_thumbprint,
            device_name=device_name,
            paired_at=now,
            last_seen_at=now,
            held=None,
        )

    def revoked(self, now: datetime) -> Tablet:
        """Shut out for good: neither its cookie nor its code work any longer."""
        shut = replace(self, pairing_hash=None, pairing_expires_at=None, credential_hash=None, revoked_at=now)
        return shut.let_go()

    def held_by(self, operator_id: str, now: datetime) -> Tablet:
        """Open, in the hands of this operator; whoever held it before holds it no more."""
        return replace(self, held=Held(operator_id=operator_id, since=now, seen_at=now))

    def let_go(self) -> Tablet:
        """Locked until the next PIN."""
        return replace(self, held=None)

    def state(self, now: datetime) -> str:
        """`waiting`, `expired`, `paired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        if self.paired_at is not None:
            return "paired"
        return "waiting" if self.accepts_pairing(now) else "expired"

    def wants_touch(self, now: datetime) -> bool:
        """Whether its last sign of life is old enough to be written again."""
        return self.last_seen_at is None or now - self.last_seen_at >= TOUCH_INTERVAL

    def wants_hold(self, now: datetime) -> bool:
        """Whether the last sign of its operator is old enough to be written again."""
        return self.held is not None and now - self.held.seen_at >= TOUCH_INTERVAL


def pairing_code(typed: str) -> str:
    """A code as a person types it: spaces, dashes, small letters and look-alikes are forgiven."""
    bare = typed.upper().replace(" ", "").replace("-", "")
    return bare.replace("O", "0").replace("I", "1").replace("L", "1")
