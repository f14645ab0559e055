"""What we hear: from enrollment the roster, the names, the calendar, who else sees a pupil; from identity, merges."""

from __future__ import annotations

from attendance.domain.calendar import Closure, Excuse
from attendance.domain.identifiers import AccountId, ClassId, EnrolmentId, PupilId, SchoolId
from attendance.domain.roster import Enrolment, SecondGuardian, Stay
from attendance.usecases.end_enrolment import end_enrolment
from attendance.usecases.follow_calendar import close_school_day, excuse_class, reopen_school_day
from attendance.usecases.follow_merge import follow_merge
from attendance.usecases.follow_second_guardians import let_see, see_no_longer
from attendance.usecases.learn_name import learn_name
from attendance.usecases.move_pupil import move_pupil
from attendance.usecases.ports import Ports, PupilName
from attendance.usecases.seat_pupil import seat_pupil
from refettorio_chassis.consuming import Received, Subscription, one_by_one
from refettorio_chassis.transaction import Runner, Transaction
from refettorio_contracts import Event, topics
from refettorio_contracts.enrollment import (
    ApplicationAccepted,
    ClassExcused,
    EnrolmentEnded,
    PupilEnrolled,
    PupilMoved,
    SchoolDayClosed,
    SchoolDayReopened,
    SecondGuardianAccepted,
    SecondGuardianEnded,
)
from refettorio_contracts.identity import GuardianMerged


def subscriptions(run: Runner[Ports]) -> list[Subscription]:
    """Five topics, each with its own pace: nothing here depends on the order between them."""

    async def on_pupils(transaction: Transaction, received: Received) -> None:
        await take_roster(run.within(transaction), received.event)

    async def on_applications(transaction: Transaction, received: Received) -> None:
        await take_name(run.within(transaction), received.event)

    async def on_calendar(transaction: Transaction, received: Received) -> None:
        await take_calendar(run.within(transaction), received.event)

    async def on_second_guardians(transaction: Transaction, received: Received) -> None:
        await take_second_guardian(run.within(transaction), received.event)

    async def on_guardians(transaction: Transaction, received: Received) -> None:
        await take_merge(run.within(transaction), received.event)

    return [
        Subscription(name="guardians", topics=[topics.GUARDIANS], on_batch=one_by_one(on_guardians)),
        Subscription(name="roster", topics=[topics.PUPILS], on_batch=one_by_one(on_pupils), parks_behind=True),
        Subscription(name="names", topics=[topics.APPLICATIONS], on_batch=one_by_one(on_applications)),
        Subscription(name="calendar", topics=[topics.CALENDAR], on_batch=one_by_one(on_calendar)),
        Subscription(
            name="second-guardians",
            topics=[topics.SECOND_GUARDIANS],
            on_batch=one_by_one(on_second_guardians),
            parks_behind=True,
        ),
    ]


async def take_roster(ports: Ports, event: Event) -> None:
    """Where pupils sit. Raises EnrolmentUnknownError when a change comes without its beginning."""
    match event:
        case PupilEnrolled():
            await seat_pupil(ports, _enrolment(event))
        case PupilMoved():
            stay = Stay(school_id=SchoolId(event.school_id), class_id=ClassId(event.class_id), since=event.valid_from)
            await move_pupil(ports, EnrolmentId(event.enrolment_id), stay)
        case EnrolmentEnded():
            await end_enrolment(ports, EnrolmentId(event.enrolment_id), event.last_day)
        case _:
            return


async def take_name(ports: Ports, event: Event) -> None:
    """What pupils are called: only accepted applications, on the internal topic, say it."""
    if isinstance(event, ApplicationAccepted):
        name = PupilName(given_name=event.pupil.given_name, family_name=event.pupil.family_name)
        await learn_name(ports, PupilId(event.pupil_id), name)


async def take_calendar(ports: Ports, event: Event) -> None:
    """Days without service."""
    match event:
        case SchoolDayClosed():
            closure = Closure(school_id=SchoolId(event.school_id), day=event.day, reason=event.reason)
            await close_school_day(ports, closure)
        case SchoolDayReopened():
            await reopen_school_day(ports, SchoolId(event.school_id), event.day)
        case ClassExcused():
            await excuse_class(ports, Excuse(class_id=ClassId(event.class_id), day=event.day, reason=event.reason))
        case _:
            return


async def take_second_guardian(ports: Ports, event: Event) -> None:
    """Who sees a pupil beside the holder; which share of the costs they bear is nothing to the roll."""
    match event:
        case SecondGuardianAccepted():
            await let_see(ports, _second(event))
        case SecondGuardianEnded():
            await see_no_longer(ports, _second(event))
        case _:
            return


async def take_merge(ports: Ports, event: Event) -> None:
    """Which records are of one person; names and contacts are nothing to the roll."""
    if isinstance(event, GuardianMerged):
        await follow_merge(ports, AccountId(event.guardian_id), into=AccountId(event.into_guardian_id))


def _second(event: SecondGuardianAccepted | SecondGuardianEnded) -> SecondGuardian:
    return SecondGuardian(
        pupil_id=PupilId(event.pupil_id),
        account_id=AccountId(event.account_id),
        guardian_id=AccountId(event.guardian_id),
    )


def _enrolment(event: PupilEnrolled) -> Enrolment:
    stay = Stay(school_id=SchoolId(event.school_id), class_id=ClassId(event.class_id), since=event.valid_from)
    return Enrolment(
        enrolment_id=EnrolmentId(event.enrolment_id),
        pupil_id=PupilId(event.pupil_id),
        account_id=AccountId(event.account_id),
        service=event.service,
        stays=(stay,),
        valid_from=event.valid_from,
        valid_to=event.valid_to,
    )
