"""Money held back on an account until somebody decides: what an entry does to it, and what is held in all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    """A reservation is `reserved` once, then `posted` (wholly or for less) or `voided`, once and for ever."""

    RESERVED = "reserved"
    POSTED = "posted"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What a transfer does to a reservation of `reserved_cents` (above zero), besides moving its own amount.

    Reserving and voiding move nothing; posting moves at most what was reserved, and frees all of it.
    """

    phase: Phase
    reserved_cents: int

    @property
    def pending_cents(self) -> int:
        """By how much the account's pending sum changes."""
        return self.reserved_cents if self.phase is Phase.RESERVED else -self.reserved_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What open reservations will take from an account (`debits_cents`) and give to it, at most."""

    debits_cents: int = 0
    credits_cents: int = 0

    def after(self, hold: Hold, side: str) -> Pending:
        """After one more entry on `side` (`D` or `C`)."""
        return Pending(
            debits_cents=self.debits_cents + (hold.pending_cents if side == "D" else 0),
            credits_cents=self.credits_cents + (hold.pending_cents if side == "C" else 0),
        )


NOTHING_PENDING: Final = Pending()


def canonical_hold(hold: Hold, pending: Pending) -> bytes:
    """What is hashed of an entry that touches a reservation, after what is hashed of every entry."""
    return f"|{hold.phase}|{hold.reserved_cents}|{pending.debits_cents}|{pending.credits_cents}".encode()
