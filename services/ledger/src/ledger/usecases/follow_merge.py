"""Two accounts were found to be of one person."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.accounts import Account, holder_account
from ledger.domain.charging import MEALS
from ledger.domain.creditor import unknown_holder
from ledger.domain.mergers import merger_transfer
from ledger.domain.standing import FellTo
from ledger.usecases.ports import Ports
from ledger.usecases.post_decision import alerts_after, book_for, tell
from refettorio_chassis.clock import rome_day


async def know_merge(ports: Ports, account_id: str, *, into: str) -> None:
    """Remember it, and let what the household declared count on the kept account too; told again it changes nothing.

    Nothing that was charged is charged otherwise: a declaration is copied, and stays where it was.
    """
    holder = await ports.holders.holder(account_id) or unknown_holder(account_id)
    await ports.holders.keep(replace(holder, merged_into=into))
    for declared in await ports.families.declarations([account_id]):
        copied = replace(declared, declaration_id=f"{declared.declaration_id}.m", account_id=into)
        if await ports.families.declaration(copied.declaration_id) is None:
            await ports.families.declare(copied)


async def settle_merged(ports: Ports, account_id: str) -> int:
    """Take what stands on a merged account to the one that is kept: cents, below zero for a debt; 0 when there is none.

    Run it as often as you like: notices paid and meals taken back later leave something again. Nobody is told that the
    credit of the emptied account runs low.
    """
    holder = await ports.holders.holder(account_id)
    if holder is None or holder.merged_into is None:
        return 0
    own = holder_account(account_id)
    account = (await ports.books.accounts([own])).get(own, Account(account_id=own))
    transfer = merger_transfer(account, holder.merged_into, day=rome_day(ports.clock.now()))
    if transfer is None:
        return 0
    book = await book_for(ports, transfer)
    posted = book.post(transfer)
    if posted is None:
        return 0
    for side in (transfer.debit, transfer.credit):
        alerts = alerts_after(ports, book, side, MEALS)
        tell(ports, book, posted, side, [each for each in alerts if side != own or not isinstance(each, FellTo)])
    await ports.books.write(book)
    return transfer.amount_cents if transfer.debit == own else -transfer.amount_cents
