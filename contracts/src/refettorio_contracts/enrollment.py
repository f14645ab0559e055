"""Facts told by the enrollment service."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from refettorio_contracts.event import Code, Event, Identifier, SchoolYear, Service
from refettorio_contracts.topics import APPLICATIONS, CALENDAR, PUPILS, SECOND_GUARDIANS, Topic


class PupilName(BaseModel):
    """Personal data of a pupil: only on internal topics, never the fiscal code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    given_name: str
    family_name: str


class _ApplicationEvent(Event):
    TOPIC: ClassVar[Topic] = APPLICATIONS

    application_id: Identifier
    guardian_id: Identifier
    service: Service
    school_year: SchoolYear

    @property
    def subject(self) -> str:
        return f"application/{self.application_id}"

    @property
    def partition_key(self) -> str:
        return self.application_id


class ApplicationSubmitted(_ApplicationEvent):
    """Modulo inviato: the form was filled in correctly and sent to the municipality."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.application.submitted.v1"

    pupil_id: Identifier


class ApplicationUnderReview(_ApplicationEvent):
    """Modulo da validare: the office is checking the application."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.application.under-review.v1"

    pupil_id: Identifier


class ApplicationAccepted(_ApplicationEvent):
    """Modulo accettato: the pupil may use the service."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.application.accepted.v1"

    pupil_id: Identifier
    pupil: PupilName


class ApplicationRejected(_ApplicationEvent):
    """Modulo rifiutato, with the reason as the family reads it."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.application.rejected.v1"

    pupil_id: Identifier
    pupil: PupilName
    reason: str


class ApplicationWithdrawn(_ApplicationEvent):
    """The guardian took the application back."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.application.withdrawn.v1"

    pupil_id: Identifier


class _PupilEvent(Event):
    TOPIC: ClassVar[Topic] = PUPILS

    pupil_id: Identifier

    @property
    def subject(self) -> str:
        return f"pupil/{self.pupil_id}"

    @property
    def partition_key(self) -> str:
        return self.pupil_id


class PupilEnrolled(_PupilEvent):
    """The pupil uses the service from `valid_from` to `valid_to` (Europe/Rome days, both inside).

    `account_id` pays: it is the identifier of the account holder, the guardian whose application was accepted.
    `school_level` is `infanzia`, `primaria` or `secondaria1`, `kind` is `full`, or `one-way` on the bus; readers must
    tolerate others.
    """

    TYPE: ClassVar[str] = "it.refettorio.enrollment.pupil.enrolled.v1"

    enrolment_id: Identifier
    account_id: Identifier
    service: Service
    school_year: SchoolYear
    school_id: Identifier
    class_id: Identifier
    school_level: Code
    valid_from: date
    valid_to: date
    kind: Code = "full"


class PupilMoved(_PupilEvent):
    """From `valid_from` on the pupil is in another class, perhaps of another school.

    `school_level` is that of the school, as in `pupil.enrolled`; None where it was not told.
    """

    TYPE: ClassVar[str] = "it.refettorio.enrollment.pupil.moved.v1"

    enrolment_id: Identifier
    school_id: Identifier
    class_id: Identifier
    valid_from: date
    school_level: Code | None = None


class EnrolmentEnded(_PupilEvent):
    """The pupil no longer uses the service after `last_day`; it is the day before the first for who never used it."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.enrolment.ended.v1"

    enrolment_id: Identifier
    service: Service
    last_day: date


class RideChosen(_PupilEvent):
    """From `valid_from` on the pupil rides the bus another way.

    `direction` is `both`, `outward` (to school) or `return`; `kind` is how much of the service that is, as in
    `pupil.enrolled`.
    """

    TYPE: ClassVar[str] = "it.refettorio.enrollment.ride.chosen.v1"

    enrolment_id: Identifier
    service: Service
    direction: Code
    kind: Code
    valid_from: date


class TariffAssigned(_PupilEvent):
    """From `valid_from` on the pupil pays by tariff `tariff_code`. Income is never told here."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.tariff.assigned.v1"

    account_id: Identifier
    service: Service
    tariff_code: Identifier
    valid_from: date
    sibling_rank: int = 1
    is_resident: bool = True


Percent = Annotated[int, Field(ge=0, le=100, description="Whole percent of every cost; the holder bears the rest")]


class _SecondGuardianEvent(Event):
    """About one pupil, at the expense of one holder (`account_id`), and the other guardian (`guardian_id`)."""

    TOPIC: ClassVar[Topic] = SECOND_GUARDIANS

    pupil_id: Identifier
    account_id: Identifier
    guardian_id: Identifier

    @property
    def subject(self) -> str:
        return f"second-guardian/{self.pupil_id}/{self.account_id}"

    @property
    def partition_key(self) -> str:
        return self.pupil_id


class SecondGuardianNamed(_SecondGuardianEvent):
    """The holder named a guardian we know as the second one of the pupil: they may accept, with this share.

    Who never signed in is not told of here: they find it when they do.
    """

    TYPE: ClassVar[str] = "it.refettorio.enrollment.second-guardian.named.v1"

    second_percent: Percent


class SecondGuardianAccepted(_SecondGuardianEvent):
    """From now on the second guardian sees the pupil and is written to about them, like the holder."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.second-guardian.accepted.v1"


class SecondGuardianDeclined(_SecondGuardianEvent):
    """Who was named did not want to."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.second-guardian.declined.v1"


class SecondGuardianEnded(_SecondGuardianEvent):
    """The second guardian sees the pupil no longer. `ended_by` is `holder`, `second` or `office`.

    Shares that were agreed end by a `shares.agreed` of their own.
    """

    TYPE: ClassVar[str] = "it.refettorio.enrollment.second-guardian.ended.v1"

    ended_by: Code


class SharesProposed(_SecondGuardianEvent):
    """One of the two proposes that the second guardian bears `second_percent` from `valid_from` on.

    `to_guardian_id` is the other one, who has to answer.
    """

    TYPE: ClassVar[str] = "it.refettorio.enrollment.shares.proposed.v1"

    to_guardian_id: Identifier
    second_percent: Percent
    valid_from: date


class SharesDeclined(_SecondGuardianEvent):
    """The answer was no: what was agreed before stays. `to_guardian_id` had proposed."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.shares.declined.v1"

    to_guardian_id: Identifier


class SharesAgreed(_SecondGuardianEvent):
    """From `valid_from` on (a Rome day after the one on which this is told) the second guardian bears `second_percent`.

    Of every cost of the pupil that falls on the account of the holder on such a day; 0 ends the sharing. Of two for the
    same day the later `sequence` counts. `is_repeat`: of a later day of which something was told before, in the same
    step as the day from which it holds: for who writes to the two, nothing new.
    """

    TYPE: ClassVar[str] = "it.refettorio.enrollment.shares.agreed.v1"

    second_percent: Percent
    valid_from: date
    is_repeat: bool | None = None


class _CalendarEvent(Event):
    TOPIC: ClassVar[Topic] = CALENDAR

    school_id: Identifier
    day: date

    @property
    def subject(self) -> str:
        return f"school-day/{self.school_id}/{self.day.isoformat()}"

    @property
    def partition_key(self) -> str:
        return self.school_id


class SchoolDayClosed(_CalendarEvent):
    """No service in the whole school that day; `reason` is a short public text (strike, snow, patron saint)."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.school-day.closed.v1"

    reason: str


class SchoolDayReopened(_CalendarEvent):
    """The closure was taken back."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.school-day.reopened.v1"


class ClassExcused(_CalendarEvent):
    """One class does not eat that day (trip, strike of its teachers)."""

    TYPE: ClassVar[str] = "it.refettorio.enrollment.class.excused.v1"

    class_id: Identifier
    reason: str
