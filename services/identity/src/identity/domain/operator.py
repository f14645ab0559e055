"""An operator of the tablets: a person of the canteen staff who proves by a PIN that it is they who take the roll.

Six digits can be guessed. What guards them is that five wrong ones in a row lock the operator for a quarter of an hour,
that each lock lasts twice as long as the one before, and that they open nothing but a paired tablet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from identity.domain.fiscal_code import FiscalCode
from identity.domain.operator_errors import PinNotGoodError

PIN_DIGITS: Final = 6
MOST_TRIES: Final = 5
FIRST_LOCK: Final = timedelta(minutes=15)
LONGEST_LOCK: Final = timedelta(days=1)
"""Doubling stops here: who is locked out for a day goes to the office."""
MOST_DOUBLINGS: Final = 7
CODE_LIMIT: Final = timedelta(hours=24)
"""The office gives the code today, the operator uses it at the next meal."""

_ROWS: Final = "01234567890 09876543210"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """`name` is what the tablet shows. `pin_hash`: Argon2id; `code_hash`: SHA-256 of the one-time code to choose a PIN.

    `tries`: wrong ones since the last right one or the last lock; `locks`: how many locks in a row.
    """

    operator_id: str
    fiscal_code: FiscalCode
    name: str
    named_at: datetime
    pin_hash: str | None = None
    code_hash: str | None = None
    code_expires_at: datetime | None = None
    tries: int = 0
    locks: int = 0
    locked_until: datetime | None = None
    ended_at: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Whether nothing may be tried now."""
        return self.locked_until is not None and now < self.locked_until

    def takes_code(self, now: datetime) -> bool:
        """Whether its one-time code still lets the operator choose a PIN."""
        return self.code_expires_at is not None and now < self.code_expires_at

    @property
    def tries_left(self) -> int:
        return MOST_TRIES - self.tries

    def with_code(self, *, code_hash: str, now: datetime) -> Operator:
        """To choose a PIN anew: the old one opens nothing any more, and no lock holds."""
        fresh = replace(self.unlocked(), pin_hash=None, ended_at=None)
        return replace(fresh, code_hash=code_hash, code_expires_at=now + CODE_LIMIT)

    def with_pin(self, pin_hash: str) -> Operator:
        """The code is spent."""
        return replace(self.unlocked(), pin_hash=pin_hash, code_hash=None, code_expires_at=None)

    def tried_in_vain(self, now: datetime) -> Operator:
        """One wrong try more; the fifth locks."""
        if self.tries + 1 < MOST_TRIES:
            return replace(self, tries=self.tries + 1)
        lasts = min(FIRST_LOCK * 2 ** min(self.locks, MOST_DOUBLINGS), LONGEST_LOCK)
        return replace(self, tries=0, locks=self.locks + 1, locked_until=now + lasts)

    def unlocked(self) -> Operator:
        """No wrong try counts any more: the right PIN was typed, or the office says so."""
        return replace(self, tries=0, locks=0, locked_until=None)

    def ended(self, now: datetime) -> Operator:
        """An operator no more."""
        return replace(self.unlocked(), pin_hash=None, code_hash=None, code_expires_at=None, ended_at=now)

    def state(self, now: datetime) -> str:
        """`locked`, `ready`, `waiting` for the first PIN, or `expired` when the code for it is over."""
        if self.is_locked(now):
            return "locked"
        if self.pin_hash is not None:
            return "ready"
        return "waiting" if self.takes_code(now) else "expired"


def good_pin(typed: str) -> str:
    """The PIN, if it is one that can be used. Raises `PinNotGoodError`."""
    if len(typed) != PIN_DIGITS or not (typed.isascii() and typed.isdigit()):
        raise PinNotGoodError(f"Il codice operatore è fatto di {PIN_DIGITS} cifre.")
    if len(set(typed)) == 1 or typed in _ROWS:
        raise PinNotGoodError("Questo codice è troppo facile: scegline uno senza cifre tutte uguali o in fila.")
    return typed
