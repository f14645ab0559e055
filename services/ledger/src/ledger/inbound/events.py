"""Kafka: meals become charges, enrolments become tariff assignments, people become holders, agreements share costs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Final

from ledger.domain.charging import MealFact, MealTaken, MealTakenBack
from ledger.domain.creditor import Holder
from ledger.domain.errors import PriceUnknownError
from ledger.domain.families import Enrolled
from ledger.domain.shares import Agreement
from ledger.domain.tariffs import TariffAssignment
from ledger.usecases.agree_shares import agree_shares
from ledger.usecases.assign_tariff import assign_tariff
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.follow_merge import know_merge
from ledger.usecases.know_enrolment import change_ride, end_enrolment, know_enrolment, move_pupil
from ledger.usecases.know_holder import know_holder, know_holders_death
from ledger.usecases.ports import Ports
from ledger.usecases.recognise_meals import recognise_meals
from refettorio_chassis.consuming import Knows, OnBatch, Received, Subscription, one_by_one, span_of
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.transaction import Transaction
from refettorio_contracts.attendance import MealServed, MealWithdrawn
from refettorio_contracts.enrollment import (
    EnrolmentEnded,
    PupilEnrolled,
    PupilMoved,
    RideChosen,
    SharesAgreed,
    TariffAssigned,
)
from refettorio_contracts.identity import GuardianDeceased, GuardianFoundLiving, GuardianMerged, GuardianRegistered
from refettorio_contracts.topics import GUARDIANS, MEALS, PUPILS, SECOND_GUARDIANS

LARGEST_BATCH: Final = 2_000
"""MongoDB advises about a thousand documents per transaction."""

MEALS_SUBSCRIPTION: Final = "meals"

PARTITIONS_AT_ONCE: Final = 4
"""Holders are in one partition each and revenue accounts are split by partition: nothing is shared between them."""

PortsOf = Callable[[Transaction, Sequence[Received]], Ports]


def subscriptions(ports_of: PortsOf, *, price_grace: timedelta) -> Sequence[Subscription]:
    """What the ledger listens to. Meals of one account keep their order even around one that was refused."""
    return (
        Subscription(
            name=MEALS_SUBSCRIPTION,
            topics=(MEALS,),
            on_batch=on_meals(ports_of, price_grace=price_grace),
            parks_behind=True,
            max_records=LARGEST_BATCH,
            at_once=PARTITIONS_AT_ONCE,
            knows=knows_meals(ports_of),
        ),
        Subscription(name="pupils", topics=(PUPILS,), on_batch=one_by_one(_on_pupil(ports_of))),
        Subscription(
            name="second-guardians", topics=(SECOND_GUARDIANS,), on_batch=one_by_one(_on_second_guardian(ports_of))
        ),
        Subscription(name="guardians", topics=(GUARDIANS,), on_batch=one_by_one(_on_guardian(ports_of))),
    )


def on_meals(ports_of: PortsOf, *, price_grace: timedelta) -> OnBatch:
    """Charge a batch at once.

    What was charged before is recognised by the name of its transfer: the handler returns how many those were.
    A meal just told whose price is not known yet is waited for during `price_grace`: the assignment travels on another
    topic and may arrive a moment later. After that it is refused, set aside, and can be replayed.
    """

    async def handler(transaction: Transaction, batch: Sequence[Received]) -> int:
        told = [received for received in batch if isinstance(received.event, MealServed | MealWithdrawn)]
        if not told:
            return len(batch)
        ports = ports_of(transaction, told)
        try:
            with ExitStack() as spans:
                for received in told:
                    if received.traceparent is not None:
                        spans.enter_context(span_of(received))
                charged = await charge_meals(ports, [_meal(received) for received in told])
        except PriceUnknownError as refusal:
            if len(told) == 1 and _is_fresh(told[0], ports.clock.now(), price_grace):
                message = "the price of a meal is not known yet"
                raise RetryLater(message) from refusal
            raise
        return len(batch) - charged.posted

    return handler


def knows_meals(ports_of: PortsOf) -> Knows:
    """Which of these meals are in the book already."""

    async def known(transaction: Transaction, batch: Sequence[Received]) -> Sequence[bool]:
        return await recognise_meals(ports_of(transaction, ()), [_meal(received) for received in batch])

    return known


def _is_fresh(received: Received, now: datetime, grace: timedelta) -> bool:
    return timedelta() <= now - received.envelope.time < grace


def _meal(received: Received) -> MealFact:
    match received.event:
        case MealServed() as served:
            return MealTaken(
                meal_id=served.meal_id,
                account_id=served.account_id,
                pupil_id=served.pupil_id,
                school_id=served.school_id,
                day=served.day,
                meal_kind=served.kind,
                marked_at=served.marked_at,
                marked_by=served.marked_by,
                partition=received.partition,
            )
        case MealWithdrawn() as withdrawn:
            return MealTakenBack(
                meal_id=withdrawn.meal_id,
                account_id=withdrawn.account_id,
                pupil_id=withdrawn.pupil_id,
                day=withdrawn.day,
                reason=withdrawn.reason,
            )
        case other:
            message = f"{type(other).__name__} is not about a meal"
            raise TypeError(message)


def _on_pupil(ports_of: PortsOf) -> Callable[[Transaction, Received], Awaitable[None]]:
    async def handler(transaction: Transaction, received: Received) -> None:
        event = received.event
        if isinstance(event, TariffAssigned):
            assignment = TariffAssignment(
                pupil_id=event.pupil_id,
                account_id=event.account_id,
                service=event.service,
                tariff_code=event.tariff_code,
                valid_from=event.valid_from,
                sibling_rank=event.sibling_rank,
                is_resident=event.is_resident,
            )
            await assign_tariff(ports_of(transaction, ()), assignment)
        elif isinstance(event, PupilEnrolled):
            await know_enrolment(ports_of(transaction, ()), _enrolled(event))
        elif isinstance(event, PupilMoved):
            await move_pupil(
                ports_of(transaction, ()),
                event.enrolment_id,
                school_id=event.school_id,
                school_level=event.school_level,
                first_day=event.valid_from,
                class_id=event.class_id,
            )
        elif isinstance(event, RideChosen):
            await change_ride(
                ports_of(transaction, ()), event.enrolment_id, kind=event.kind, first_day=event.valid_from
            )
        elif isinstance(event, EnrolmentEnded):
            await end_enrolment(ports_of(transaction, ()), event.enrolment_id, event.last_day)

    return handler


def _enrolled(event: PupilEnrolled) -> Enrolled:
    return Enrolled(
        enrolment_id=event.enrolment_id,
        pupil_id=event.pupil_id,
        account_id=event.account_id,
        service=event.service,
        school_id=event.school_id,
        school_level=event.school_level,
        valid_from=event.valid_from,
        valid_to=event.valid_to,
        kind=event.kind,
        class_id=event.class_id,
    )


def _on_second_guardian(ports_of: PortsOf) -> Callable[[Transaction, Received], Awaitable[None]]:
    """Who sees a pupil is no matter of the ledger's; what they agreed to bear is."""

    async def handler(transaction: Transaction, received: Received) -> None:
        event = received.event
        if isinstance(event, SharesAgreed):
            agreement = Agreement(
                pupil_id=event.pupil_id,
                account_id=event.account_id,
                second=event.guardian_id,
                percent=event.second_percent,
                valid_from=event.valid_from,
                sequence=int(received.envelope.sequence),
            )
            await agree_shares(ports_of(transaction, ()), agreement)

    return handler


def _on_guardian(ports_of: PortsOf) -> Callable[[Transaction, Received], Awaitable[None]]:
    async def handler(transaction: Transaction, received: Received) -> None:
        event = received.event
        if isinstance(event, GuardianRegistered):
            person = event.person
            holder = Holder(
                account_id=event.guardian_id,
                fiscal_code=person.fiscal_code,
                full_name=f"{person.given_name} {person.family_name}",
            )
            await know_holder(ports_of(transaction, ()), holder)
        elif isinstance(event, GuardianDeceased | GuardianFoundLiving):
            is_deceased = isinstance(event, GuardianDeceased)
            await know_holders_death(ports_of(transaction, ()), event.guardian_id, is_deceased=is_deceased)
        elif isinstance(event, GuardianMerged):
            await know_merge(ports_of(transaction, ()), event.guardian_id, into=event.into_guardian_id)

    return handler
