"""From what happened here to the events others read."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from enrollment.domain.application import Application
from enrollment.domain.pupil import Enrolment, Pupil
from enrollment.domain.school import School
from enrollment.domain.school_day import Closure, Excuse
from refettorio_contracts.enrollment import (
    ApplicationAccepted,
    ApplicationRejected,
    ApplicationSubmitted,
    ApplicationUnderReview,
    ApplicationWithdrawn,
    ClassExcused,
    EnrolmentEnded,
    PupilEnrolled,
    PupilMoved,
    PupilName,
    RideChosen,
    SchoolDayClosed,
    SchoolDayReopened,
    TariffAssigned,
)


class _ApplicationPart(TypedDict):
    application_id: str
    guardian_id: str
    service: str
    school_year: str
    pupil_id: str


def _part(application: Application) -> _ApplicationPart:
    return {
        "application_id": application.application_id,
        "guardian_id": application.guardian_id,
        "service": application.service.value,
        "school_year": application.school_year,
        "pupil_id": application.pupil.pupil_id,
    }


def _name(application: Application) -> PupilName:
    return PupilName(given_name=application.pupil.given_name, family_name=application.pupil.family_name)


def submitted(application: Application) -> ApplicationSubmitted:
    """Modulo inviato."""
    return ApplicationSubmitted(**_part(application))


def under_review(application: Application) -> ApplicationUnderReview:
    """Modulo da validare."""
    return ApplicationUnderReview(**_part(application))


def accepted(application: Application) -> ApplicationAccepted:
    """Modulo accettato, with the name: the topic is internal."""
    return ApplicationAccepted(**_part(application), pupil=_name(application))


def rejected(application: Application) -> ApplicationRejected:
    """Modulo rifiutato, with the reason as the family reads it."""
    return ApplicationRejected(**_part(application), pupil=_name(application), reason=application.reason or "")


def withdrawn(application: Application) -> ApplicationWithdrawn:
    """Modulo ritirato."""
    return ApplicationWithdrawn(**_part(application))


def enrolled(pupil: Pupil, enrolment: Enrolment, school: School) -> PupilEnrolled:
    """The pupil may use the service: identifiers only, the topic is municipal."""
    return PupilEnrolled(
        pupil_id=pupil.pupil_id,
        enrolment_id=enrolment.enrolment_id,
        account_id=enrolment.account_id,
        service=enrolment.service.value,
        school_year=enrolment.school_year,
        school_id=enrolment.school_id,
        class_id=enrolment.class_id,
        school_level=school.level.value,
        valid_from=enrolment.valid_from,
        valid_to=enrolment.valid_to,
        kind=enrolment.kind,
    )


def ended(pupil: Pupil, enrolment: Enrolment) -> EnrolmentEnded:
    """The pupil leaves the service; why is nobody else's."""
    return EnrolmentEnded(
        pupil_id=pupil.pupil_id,
        enrolment_id=enrolment.enrolment_id,
        service=enrolment.service.value,
        last_day=enrolment.valid_to,
    )


def ride_changed(pupil: Pupil, enrolment: Enrolment) -> RideChosen:
    """The pupil rides another way from `ride_since` on."""
    return RideChosen(
        pupil_id=pupil.pupil_id,
        enrolment_id=enrolment.enrolment_id,
        service=enrolment.service.value,
        direction=enrolment.ride or "",
        kind=enrolment.kind,
        valid_from=enrolment.ride_since or enrolment.valid_from,
    )


def moved(pupil: Pupil, enrolment: Enrolment, school: School) -> PupilMoved:
    """The pupil is in another class from `class_since` on."""
    return PupilMoved(
        pupil_id=pupil.pupil_id,
        enrolment_id=enrolment.enrolment_id,
        school_id=enrolment.school_id,
        class_id=enrolment.class_id,
        valid_from=enrolment.class_since or enrolment.valid_from,
        school_level=school.level.value,
    )


def tariff_assigned(pupil: Pupil, enrolment: Enrolment, *, valid_from: date) -> TariffAssigned:
    """What the pupil pays by from `valid_from` on."""
    return TariffAssigned(
        pupil_id=pupil.pupil_id,
        account_id=enrolment.account_id,
        service=enrolment.service.value,
        tariff_code=enrolment.tariff_code,
        valid_from=valid_from,
        sibling_rank=enrolment.sibling_rank,
    )


def day_closed(closure: Closure) -> SchoolDayClosed:
    """No service in the school."""
    return SchoolDayClosed(school_id=closure.school_id, day=closure.day, reason=closure.reason)


def day_reopened(closure: Closure) -> SchoolDayReopened:
    """The closure was taken back."""
    return SchoolDayReopened(school_id=closure.school_id, day=closure.day)


def class_excused(excuse: Excuse) -> ClassExcused:
    """One class does not eat."""
    return ClassExcused(school_id=excuse.school_id, class_id=excuse.class_id, day=excuse.day, reason=excuse.reason)
