"""Two guardians agreed how to share what a pupil costs."""

from __future__ import annotations

from ledger.domain.shares import Agreement
from ledger.usecases.ports import Ports


async def agree_shares(ports: Ports, agreement: Agreement) -> None:
    """It counts for what is charged from now on, of its first day and later; what was charged stays as it was.

    Told again, or after a later one for the same day, it changes nothing.
    """
    await ports.families.agree(agreement)
