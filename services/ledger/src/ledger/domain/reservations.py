"""Transfers in two steps: what they are to move is reserved first, then they are posted or voided.

A reservation is named after the transfer that decides it, `reservation:<its id>`, and whoever decides enters exactly
that transfer, whether it moves money or gives the reservation up. So one name holds one decision: the second is a
repetition or a conflict, and no reservation is decided twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ledger.domain.holds import Hold, Phase
from ledger.domain.money import MAX_CENTS
from ledger.domain.transfers import Kind, Posted, Transfer, TransferId

NEVER_INTO_DEBT: Final = frozenset({Kind.RESERVATION, Kind.REFUND, Kind.MOVE})
"""Kinds that are refused rather than take more than is available. All others may make a debt: no plate is refused."""


def reservation_id(deciding: TransferId) -> TransferId:
    """The reservation that the transfer `deciding` posts or voids."""
    return TransferId(f"reservation:{deciding}")


def reservation(deciding: Transfer) -> Transfer:
    """Holds back what `deciding` is to move, and moves nothing."""
    return replace(
        deciding,
        transfer_id=reservation_id(deciding.transfer_id),
        kind=Kind.RESERVATION,
        amount_cents=0,
        hold=Hold(phase=Phase.RESERVED, reserved_cents=deciding.amount_cents),
    )


def posting(deciding: Transfer, reserved_cents: int) -> Transfer:
    """Moves what was reserved, or less; all of it is held back no more."""
    return replace(deciding, hold=Hold(phase=Phase.POSTED, reserved_cents=reserved_cents))


def voiding(deciding: Transfer, reserved_cents: int) -> Transfer:
    """Moves nothing; what was reserved is held back no more."""
    return replace(
        deciding,
        kind=Kind.RELEASE,
        amount_cents=0,
        hold=Hold(phase=Phase.VOIDED, reserved_cents=reserved_cents),
    )


def reserved_cents(reserved: Posted | None) -> int:
    """What a reservation holds back while it is open; zero where there is none."""
    return reserved.transfer.hold.reserved_cents if reserved and reserved.transfer.hold else 0


def is_sound(transfer: Transfer, posted: Mapping[TransferId, Posted]) -> bool:
    """Whether a transfer with a hold may be entered in a book that has `posted`.

    Reserving and voiding move nothing; posting and voiding find their reservation, of the same amount between the same
    accounts, and posting never moves more than it.
    """
    hold = transfer.hold
    if hold is None or not 0 < hold.reserved_cents <= MAX_CENTS:
        return False
    if hold.phase is Phase.RESERVED:
        return transfer.amount_cents == 0
    reserved = posted.get(reservation_id(transfer.transfer_id))
    if reserved is None or reserved_cents(reserved) != hold.reserved_cents:
        return False
    is_between_same = (reserved.transfer.debit, reserved.transfer.credit) == (transfer.debit, transfer.credit)
    least, most = (1, hold.reserved_cents) if hold.phase is Phase.POSTED else (0, 0)
    return is_between_same and least <= transfer.amount_cents <= most
