"""The transfer by which a second guardian bears their part: it follows from the one that is shared, and nothing else.

A charge is shared as it is. An adjustment changes the part from that of the price before to that of the price after, so
that after any number of them it is the part of what the meal costs. What gives a charge back gives its part back.
"""

from __future__ import annotations

from datetime import date

from ledger.domain.accounts import AccountId, is_holder
from ledger.domain.shares import Split
from ledger.domain.transfers import (
    Adjusting,
    AdjustmentCause,
    Kind,
    ReversalCause,
    ShareCause,
    Shared,
    SubscriptionAdjustmentCause,
    SubscriptionCause,
    Transfer,
    share_id,
    split_of,
)

OfPeriod = SubscriptionCause | SubscriptionAdjustmentCause


def share_of(transfer: Transfer) -> Transfer | None:
    """What moves between the two guardians because of `transfer`; None where nothing does."""
    cause = transfer.cause
    if not isinstance(cause, Shared) or cause.split is None:
        return None
    part = _part(cause, cause.split, transfer.amount_cents)
    if part == 0:
        return None
    holder, second = holder_of(transfer), AccountId(cause.split.account_id)
    return Transfer(
        transfer_id=share_id(transfer.transfer_id),
        kind=Kind.SHARE,
        debit=second if part > 0 else holder,
        credit=holder if part > 0 else second,
        amount_cents=abs(part),
        value_day=transfer.value_day,
        cause=_cause(transfer, cause, cause.split),
        fact=(transfer.transfer_id, holder, second, str(cause.split.percent)),
    )


def with_share(transfer: Transfer) -> tuple[Transfer, ...]:
    """`transfer` and what a second guardian bears of it, in the order in which they are posted.

    What the second gets back leaves the holder before the whole comes in: never, in between, does the holder have more
    than after both. A debt is as old as the entry that took the balance below zero last, and goes on being so.
    """
    share = share_of(transfer)
    if share is None:
        return (transfer,)
    return (share, transfer) if share.debit == holder_of(transfer) else (transfer, share)


def own_part(transfer: Transfer, cents: int) -> int:
    """What of a price of `cents` the holder bears."""
    split = split_of(transfer)
    return cents if split is None else cents - split.part_of(cents)


def touched_by(transfer: Transfer) -> tuple[AccountId, ...]:
    """The accounts that must be at hand to post it with what a second guardian bears of it."""
    split = split_of(transfer)
    second = () if split is None else (AccountId(split.account_id),)
    return (transfer.debit, transfer.credit, *second)


def holder_of(transfer: Transfer) -> AccountId:
    """The side that is a family: charges and negative openings take from it, everything else gives to it."""
    return transfer.debit if is_holder(transfer.debit) else transfer.credit


def _part(cause: Shared, split: Split, amount_cents: int) -> int:
    """What the second guardian bears more because of it, below zero for less."""
    if isinstance(cause, Adjusting):
        return split.part_between(cause.before_cents, cause.after_cents)
    part = split.part_of(amount_cents)
    return -part if isinstance(cause, ReversalCause) else part


def _cause(transfer: Transfer, cause: Shared, split: Split) -> ShareCause:
    return ShareCause(
        shares=transfer.transfer_id,
        of=transfer.kind,
        split=split,
        whole_cents=transfer.amount_cents,
        pupil_id=cause.pupil_id,
        service=cause.service,
        meal_id=None if isinstance(cause, OfPeriod) else cause.meal_id,
        day=_day(transfer, cause),
        period=cause.period if isinstance(cause, OfPeriod) else None,
        tariff_code=None if isinstance(cause, ReversalCause) else cause.tariff_code,
        tariff_version=None if isinstance(cause, ReversalCause) else cause.tariff_version,
    )


def _day(transfer: Transfer, cause: Shared) -> date | None:
    """Of the meal; an adjustment is of another day than its meal."""
    if isinstance(cause, OfPeriod):
        return None
    return cause.day if isinstance(cause, AdjustmentCause) else transfer.value_day
