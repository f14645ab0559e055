"""Remember who a holder is: notices and payment letters carry the name."""

from __future__ import annotations

from ledger.domain.creditor import Holder
from ledger.usecases.ports import Ports


async def know_holder(ports: Ports, holder: Holder) -> None:
    """The last telling holds."""
    await ports.holders.keep(holder)
