"""What other services tell, as use cases of this one. Types that say nothing to families are let pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from notify.domain.enrolment import Enrolment, Placement
from notify.domain.letter import Cause
from notify.domain.second_guardian import SecondGuardian
from notify.inbound.account_letters import letter_about
from notify.inbound.guardians import follow_guardian
from notify.inbound.second_guardian_letters import letters_about
from notify.inbound.tracing import current_traceparent
from notify.usecases.end_enrolment import end_enrolment
from notify.usecases.follow_second_guardians import forget_second_guardian, learn_second_guardian
from notify.usecases.learn_enrolment import learn_enrolment
from notify.usecases.move_pupil import move_pupil
from notify.usecases.ports import Ports
from notify.usecases.send_contact_code import Code, send_contact_code
from notify.usecases.write_letter import write_last_letter, write_letter
from refettorio_chassis.clock import rome_day
from refettorio_chassis.consuming import Received, Subscription, one_by_one
from refettorio_chassis.transaction import Transaction
from refettorio_contracts.enrollment import (
    ApplicationAccepted,
    ApplicationRejected,
    ApplicationSubmitted,
    EnrolmentEnded,
    PupilEnrolled,
    PupilMoved,
    SecondGuardianAccepted,
    SecondGuardianEnded,
    SharesAgreed,
)
from refettorio_contracts.identity import (
    ContactCodeRequested,
    DelegateAuthorised,
    DelegateRevoked,
    ErasureAnswered,
)
from refettorio_contracts.topics import (
    ACCOUNTS,
    APPLICATIONS,
    CONTACT_CODES,
    GUARDIANS,
    PAYMENTS,
    PUPILS,
    SECOND_GUARDIANS,
)

BATCH_RECORDS: Final = 200
"""A letter is three writes; this many letters still make a small transaction."""


class Events:
    """The handlers, one per topic. `ports` builds the use cases' ports on the chassis' transaction."""

    def __init__(self, ports: Callable[[Transaction], Ports]) -> None:
        self._ports = ports

    def subscriptions(self) -> list[Subscription]:
        return [
            Subscription(
                name="guardians", topics=[GUARDIANS], on_batch=one_by_one(self.on_guardians), parks_behind=True
            ),
            Subscription(name="contact-codes", topics=[CONTACT_CODES], on_batch=one_by_one(self.on_contact_codes)),
            Subscription(name="pupils", topics=[PUPILS], on_batch=one_by_one(self.on_pupils), parks_behind=True),
            Subscription(
                name="applications",
                topics=[APPLICATIONS],
                on_batch=one_by_one(self.on_applications),
                max_records=BATCH_RECORDS,
            ),
            Subscription(
                name="second-guardians",
                topics=[SECOND_GUARDIANS],
                on_batch=one_by_one(self.on_second_guardians),
                parks_behind=True,
            ),
            Subscription(
                name="accounts",
                topics=[ACCOUNTS, PAYMENTS],
                on_batch=one_by_one(self.on_accounts),
                max_records=BATCH_RECORDS,
            ),
        ]

    async def on_guardians(self, transaction: Transaction, received: Received) -> None:
        match received.event:
            case DelegateAuthorised(guardian_id=guardian_id, last_day=last_day):
                await self._write(transaction, received, guardian_id, "delegate-authorised", {"last_day": last_day})
            case DelegateRevoked(guardian_id=guardian_id, is_given_up=is_given_up):
                await self._write(transaction, received, guardian_id, "delegate-revoked", {"is_given_up": is_given_up})
            case ErasureAnswered(guardian_id=guardian_id):
                at, cause = received.envelope.time, _cause(received)
                ports = self._ports(transaction)
                await write_last_letter(ports, guardian_id, "erasure-answered", {}, happened_at=at, cause=cause)
            case _:
                await follow_guardian(self._ports(transaction), received)

    async def on_contact_codes(self, transaction: Transaction, received: Received) -> None:
        match received.event:
            case ContactCodeRequested(channel="email" | "sms" as channel) as event:
                code = Code(
                    channel=channel,
                    address=event.address,
                    code=event.code,
                    requested_at=received.envelope.time,
                    expires_at=event.expires_at,
                )
                await send_contact_code(self._ports(transaction), event.guardian_id, code, cause=_cause(received))
            case _:
                pass

    async def on_pupils(self, transaction: Transaction, received: Received) -> None:
        ports = self._ports(transaction)
        match received.event:
            case PupilEnrolled() as event:
                await learn_enrolment(ports, _enrolment(event))
            case PupilMoved() as event:
                await move_pupil(
                    ports,
                    event.enrolment_id,
                    school_id=event.school_id,
                    class_id=event.class_id,
                    first_day=event.valid_from,
                )
            case EnrolmentEnded() as event:
                await end_enrolment(ports, event.enrolment_id, last_day=event.last_day)
            case _:
                pass

    async def on_applications(self, transaction: Transaction, received: Received) -> None:
        match received.event:
            case ApplicationSubmitted() as event:
                values = {"application_id": event.application_id, "submitted_on": rome_day(received.envelope.time)}
                template = "application-submitted"
            case ApplicationAccepted() as event:
                values = {"pupil_name": event.pupil.given_name}
                template = "application-accepted"
            case ApplicationRejected() as event:
                values = {"pupil_name": event.pupil.given_name, "reason": event.reason}
                template = "application-rejected"
            case _:
                return
        values |= {"service": event.service, "school_year": event.school_year}
        await self._write(transaction, received, event.guardian_id, template, values)
        if isinstance(event, ApplicationAccepted):
            await self._write_beside(transaction, received, event, values)

    async def on_second_guardians(self, transaction: Transaction, received: Received) -> None:
        ports, event = self._ports(transaction), received.event
        is_accepted = (
            isinstance(event, (SecondGuardianEnded, SharesAgreed))
            and await ports.store.second_guardian(event.pupil_id, event.account_id) is not None
        )
        for told in letters_about(event, is_accepted=is_accepted):
            await self._write(transaction, received, told.guardian_id, told.template, told.values)
        match event:
            case SecondGuardianAccepted():
                await learn_second_guardian(ports, _second(event))
            case SecondGuardianEnded():
                await forget_second_guardian(ports, _second(event))
            case _:
                pass

    async def on_accounts(self, transaction: Transaction, received: Received) -> None:
        told = letter_about(received.event)
        if told is not None:
            await self._write(transaction, received, told.guardian_id, told.template, told.values)

    async def _write_beside(
        self, transaction: Transaction, received: Received, event: ApplicationAccepted, values: Mapping[str, object]
    ) -> None:
        """That the pupil will use a service is for the second guardian too; how it was asked for is not."""
        second = await self._ports(transaction).store.second_guardian(event.pupil_id, event.guardian_id)
        if second is not None:
            await self._write(transaction, received, second.guardian_id, "pupil-accepted", values)

    async def _write(
        self,
        transaction: Transaction,
        received: Received,
        guardian_id: str,
        template: str,
        values: Mapping[str, object],
    ) -> None:
        await write_letter(
            self._ports(transaction),
            guardian_id,
            template,
            values,
            happened_at=received.envelope.time,
            cause=_cause(received),
        )


def _cause(received: Received) -> Cause:
    return Cause(
        event_id=received.event_id,
        correlation_id=received.correlation_id,
        traceparent=current_traceparent() or received.traceparent,
    )


def _second(event: SecondGuardianAccepted | SecondGuardianEnded) -> SecondGuardian:
    return SecondGuardian(pupil_id=event.pupil_id, account_id=event.account_id, guardian_id=event.guardian_id)


def _enrolment(event: PupilEnrolled) -> Enrolment:
    return Enrolment(
        enrolment_id=event.enrolment_id,
        pupil_id=event.pupil_id,
        guardian_id=event.account_id,
        service=event.service,
        placements=(
            Placement(
                school_id=event.school_id,
                class_id=event.class_id,
                first_day=event.valid_from,
                last_day=event.valid_to,
            ),
        ),
    )
