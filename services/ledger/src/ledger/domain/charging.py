"""Meals become transfers: served is charged once, withdrawn is given back once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.domain.accounts import holder_account, revenue_account
from ledger.domain.errors import MealNotChargedError
from ledger.domain.tariffs import Quote, Serving
from ledger.domain.transfers import (
    ChargeCause,
    Kind,
    Posted,
    ReversalCause,
    Transfer,
    charge_id,
    reversal_id,
    split_of,
)

MEALS: Final = "meals"


@dataclass(frozen=True, slots=True, kw_only=True)
class MealTaken:
    """A pupil ate. `partition` is where the fact was read: it chooses the revenue account."""

    meal_id: str
    account_id: str
    pupil_id: str
    school_id: str
    day: date
    meal_kind: str
    marked_at: datetime
    marked_by: str
    partition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MealTakenBack:
    """The meal named was not eaten after all."""

    meal_id: str
    account_id: str
    pupil_id: str
    day: date
    reason: str


MealFact = MealTaken | MealTakenBack


def charge_fact(meal: MealTaken | ChargeCause, *, account_id: str, day: date) -> tuple[str, ...]:
    """What makes two tellings of one meal the same; the price is not part of it."""
    return (meal.meal_id, account_id, meal.pupil_id, day.isoformat(), meal.school_id, meal.meal_kind)


def taken_fact(meal: MealTaken) -> tuple[str, ...]:
    """The fact of the charge that `meal` leads to."""
    return charge_fact(meal, account_id=meal.account_id, day=meal.day)


def serving(meal: MealTaken) -> Serving:
    """What the price is asked for."""
    return Serving(pupil_id=meal.pupil_id, account_id=meal.account_id, service=MEALS, day=meal.day, kind=meal.meal_kind)


def charge(meal: MealTaken, quote: Quote) -> Transfer:
    """The holder pays the school's meals what was quoted, above zero."""
    return Transfer(
        transfer_id=charge_id(meal.meal_id),
        kind=Kind.CHARGE,
        debit=holder_account(meal.account_id),
        credit=revenue_account(MEALS, meal.school_id, meal.partition),
        amount_cents=quote.cents,
        value_day=meal.day,
        cause=ChargeCause(
            meal_id=meal.meal_id,
            pupil_id=meal.pupil_id,
            service=MEALS,
            school_id=meal.school_id,
            meal_kind=meal.meal_kind,
            tariff_code=quote.version.code,
            tariff_version=quote.version.version,
            marked_at=meal.marked_at,
            marked_by=meal.marked_by,
            basis=quote.basis,
            split=quote.split,
        ),
        fact=taken_fact(meal),
    )


def reverse(withdrawn: MealTakenBack, charged: Posted | None) -> Transfer:
    """Give back exactly what was charged, between the same two accounts. Raises MealNotChargedError."""
    if charged is None or charged.transfer.debit != withdrawn.account_id:
        message = "Il pasto da stornare non risulta addebitato su questo conto."
        raise MealNotChargedError(message, meal_id=withdrawn.meal_id)
    original = charged.transfer
    return Transfer(
        transfer_id=reversal_id(withdrawn.meal_id),
        kind=Kind.REVERSAL,
        debit=original.credit,
        credit=original.debit,
        amount_cents=original.amount_cents,
        value_day=withdrawn.day,
        cause=ReversalCause(
            reverses=original.transfer_id,
            meal_id=withdrawn.meal_id,
            pupil_id=withdrawn.pupil_id,
            service=MEALS,
            reason=withdrawn.reason,
            split=split_of(original),
        ),
        fact=(withdrawn.meal_id, withdrawn.account_id, withdrawn.pupil_id, withdrawn.day.isoformat()),
    )
