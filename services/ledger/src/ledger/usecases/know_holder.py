"""Remember who a holder is: notices and payment letters carry the name, and the dead are not reminded."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.creditor import Holder
from ledger.usecases.ports import Ports


async def know_holder(ports: Ports, holder: Holder) -> None:
    """The last telling holds."""
    await ports.holders.keep(holder)


async def know_holders_death(ports: Ports, account_id: str, *, is_deceased: bool) -> None:
    """Of who was never told nothing is known; identity tells a registration before anything else."""
    holder = await ports.holders.holder(account_id)
    if holder is not None:
        await ports.holders.keep(replace(holder, is_deceased=is_deceased))
