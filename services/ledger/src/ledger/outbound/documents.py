"""How the book looks in MongoDB.

`journal`, append only: `_id` (transfer id), `kind`, `amount`, `value_day` (ISO day), `booked_at`, `fact` (list; left
out of a charge, whose fact is in its other fields), `fingerprint`, `cause` (by kind), and the two sides `d` (debit) and
`c` (credit), each `a` account, `n` sequence, `b` balance after, `h` chain; `hold` {`phase`, `reserved`} where it
reserves, posts or voids. `accounts`: `_id`, the two sums, the last sequence and chain, the holder's standing, and
`pending` {`d`, `c`} where something was ever reserved.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Final, assert_never

from ledger.domain.accounts import Account, AccountId, is_holder
from ledger.domain.charging import charge_fact
from ledger.domain.holds import NOTHING_PENDING, Hold, Pending, Phase
from ledger.domain.rating import Basis
from ledger.domain.shares import Split
from ledger.domain.standing import Standing
from ledger.domain.transfers import (
    AdjustmentCause,
    Cause,
    ChargeCause,
    DecisionCause,
    Kind,
    Leg,
    OpeningCause,
    Posted,
    ReversalCause,
    ShareCause,
    SubscriptionAdjustmentCause,
    SubscriptionCause,
    TopUpCause,
    Transfer,
    TransferId,
)
from refettorio_chassis.mongo import Document

_CAUSES: Final[dict[Kind, type[Cause]]] = {
    Kind.CHARGE: ChargeCause,
    Kind.ADJUSTMENT: AdjustmentCause,
    Kind.SUBSCRIPTION: SubscriptionCause,
    Kind.SUBSCRIPTION_ADJUSTMENT: SubscriptionAdjustmentCause,
    Kind.REVERSAL: ReversalCause,
    Kind.TOP_UP: TopUpCause,
    Kind.OPENING: OpeningCause,
    Kind.RESERVATION: DecisionCause,
    Kind.RELEASE: DecisionCause,
    Kind.REFUND: DecisionCause,
    Kind.PAYOUT: DecisionCause,
    Kind.MOVE: DecisionCause,
    Kind.FEE: DecisionCause,
    Kind.WRITE_OFF: DecisionCause,
    Kind.MERGER: DecisionCause,
    Kind.SHARE: ShareCause,
}


def journal_document(posted: Posted) -> Document:
    """One posted transfer."""
    transfer = posted.transfer
    document: Document = {
        "_id": transfer.transfer_id,
        "kind": transfer.kind.value,
        "amount": transfer.amount_cents,
        "value_day": transfer.value_day.isoformat(),
        "booked_at": posted.booked_at,
        "fingerprint": posted.fingerprint,
        "cause": cause_document(transfer.cause),
        "d": _leg_document(posted.debit_leg),
        "c": _leg_document(posted.credit_leg),
    }
    if transfer.hold is not None:
        document["hold"] = {"phase": transfer.hold.phase.value, "reserved": transfer.hold.reserved_cents}
    if transfer.kind is not Kind.CHARGE:
        document["fact"] = list(transfer.fact)
    return document


def cause_document(cause: Cause) -> Document:
    """Written field by field for the one that is written by the thousand."""
    match cause:
        case ChargeCause():
            document: Document = {
                "meal_id": cause.meal_id,
                "pupil_id": cause.pupil_id,
                "service": cause.service,
                "school_id": cause.school_id,
                "meal_kind": cause.meal_kind,
                "tariff_code": cause.tariff_code,
                "tariff_version": cause.tariff_version,
                "marked_at": cause.marked_at,
                "marked_by": cause.marked_by,
            }
            if cause.basis is not None:
                document["basis"] = asdict(cause.basis)
            if cause.split is not None:
                document["split"] = asdict(cause.split)
            return document
        case AdjustmentCause():
            return asdict(cause) | {"day": cause.day.isoformat()}
        case ShareCause():
            return asdict(cause) | {"of": cause.of.value, "day": cause.day.isoformat() if cause.day else None}
        case (
            SubscriptionCause()
            | SubscriptionAdjustmentCause()
            | ReversalCause()
            | TopUpCause()
            | OpeningCause()
            | DecisionCause()
        ):
            return asdict(cause)
        case _:
            assert_never(cause)


def posted_of(document: Document) -> Posted:
    """The inverse of `journal_document`."""
    kind = Kind(document["kind"])
    debit, credit = _leg_of(document["d"]), _leg_of(document["c"])
    cause = _cause_of(kind, document["cause"])
    value_day = date.fromisoformat(document["value_day"])
    transfer = Transfer(
        transfer_id=TransferId(document["_id"]),
        kind=kind,
        debit=debit.account_id,
        credit=credit.account_id,
        amount_cents=document["amount"],
        value_day=value_day,
        cause=cause,
        fact=(
            charge_fact(cause, account_id=debit.account_id, day=value_day)
            if isinstance(cause, ChargeCause)
            else tuple(document["fact"])
        ),
        hold=_hold_of(document.get("hold")),
    )
    return Posted(
        transfer=transfer,
        fingerprint=document["fingerprint"],
        booked_at=document["booked_at"],
        debit_leg=debit,
        credit_leg=credit,
    )


def split_from(document: Document | None) -> Split | None:
    """None where nothing is shared, as in everything that was kept before anything could be."""
    return Split(**document) if document else None


def account_document(account: Account) -> Document:
    """One account after its last entry. `balance` repeats the difference of the sums, to be searched by."""
    standing = account.standing
    document: Document = {
        "_id": account.account_id,
        "is_holder": is_holder(account.account_id),
        "debits": account.debits_cents,
        "credits": account.credits_cents,
        "balance": account.balance_cents,
        "sequence": account.sequence,
        "chain": account.chain,
        "meal_price": standing.meal_price_cents,
        "meal_pupil": standing.meal_pupil_id,
        "meal_day": standing.meal_day.isoformat() if standing.meal_day else None,
        "told_step": standing.told_step,
        "debt_service": standing.debt_service,
        "updated_at": account.updated_at,
    }
    if account.pending is not NOTHING_PENDING:
        document["pending"] = {"d": account.pending.debits_cents, "c": account.pending.credits_cents}
    return document


def account_of(document: Document) -> Account:
    """The inverse of `account_document`."""
    return Account(
        account_id=AccountId(document["_id"]),
        debits_cents=document["debits"],
        credits_cents=document["credits"],
        sequence=document["sequence"],
        chain=bytes(document["chain"]),
        standing=Standing(
            meal_price_cents=document["meal_price"],
            meal_pupil_id=document.get("meal_pupil"),
            meal_day=date.fromisoformat(document["meal_day"]) if document.get("meal_day") else None,
            told_step=document["told_step"],
            debt_service=document["debt_service"],
        ),
        updated_at=document["updated_at"],
        pending=_pending_of(document.get("pending")),
    )


def _cause_of(kind: Kind, document: Document) -> Cause:
    more: Document = {}
    if document.get("basis"):
        more["basis"] = Basis(**document["basis"])
    if document.get("split"):
        more["split"] = split_from(document["split"])
    if document.get("day"):
        more["day"] = date.fromisoformat(document["day"])
    if kind is Kind.SHARE:
        more["of"] = Kind(document["of"])
    return _CAUSES[kind](**(document | more))


def _hold_of(document: Document | None) -> Hold | None:
    return Hold(phase=Phase(document["phase"]), reserved_cents=document["reserved"]) if document else None


def _pending_of(document: Document | None) -> Pending:
    return Pending(debits_cents=document["d"], credits_cents=document["c"]) if document else NOTHING_PENDING


def _leg_document(leg: Leg) -> Document:
    return {"a": leg.account_id, "n": leg.sequence, "b": leg.balance_after_cents, "h": leg.chain}


def _leg_of(document: Document) -> Leg:
    return Leg(
        account_id=AccountId(document["a"]),
        sequence=document["n"],
        balance_after_cents=document["b"],
        chain=bytes(document["h"]),
    )
