"""Remember who a holder is: notices and payment letters carry the name, and the dead are not reminded."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.creditor import Holder, unknown_holder
from ledger.usecases.ports import Ports


async def know_holder(ports: Ports, holder: Holder) -> None:
    """The last telling holds, but for what was told apart: a registration that comes late takes back neither a death
    nor a merge.
    """
    known = await ports.holders.holder(holder.account_id)
    if known is not None:
        holder = replace(holder, is_deceased=known.is_deceased, merged_into=known.merged_into)
    await ports.holders.keep(holder)


async def know_holders_death(ports: Ports, account_id: str, *, is_deceased: bool) -> None:
    """Kept also when the registration was set aside and comes later."""
    holder = await ports.holders.holder(account_id) or unknown_holder(account_id)
    await ports.holders.keep(replace(holder, is_deceased=is_deceased))
