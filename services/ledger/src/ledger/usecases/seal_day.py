"""Publish the root of the book for the days that are over."""

from __future__ import annotations

from datetime import timedelta

from ledger.domain.sealing import FIRST_PREVIOUS, SETTLING, ChainDigest, Root, root_after, start_of
from ledger.usecases.sealing_ports import SealingPorts
from refettorio_chassis.clock import ROME, rome_day


async def seal_next_day(ports: SealingPorts) -> Root | None:
    """The root of the first day that is over (Europe/Rome) and has none; None when there is nothing to seal.

    Days follow each other without a gap, from the first that is sealed; sealing a day twice seals it once.
    """
    last_over = rome_day(ports.clock.now() - SETTLING) - timedelta(days=1)
    last = await ports.seals.last_root()
    day = last_over if last is None else last.day + timedelta(days=1)
    if day > last_over:
        return None
    cut = start_of(day + timedelta(days=1), ROME)
    chains = ChainDigest()
    async for account in ports.seals.accounts_at(cut):
        chains.add(account.account_id, account.sequence, account.chain)
    root = root_after(FIRST_PREVIOUS if last is None else last.root, day=day, cut=cut, chains=chains)
    await ports.seals.publish(root)
    return root
