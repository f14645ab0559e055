"""The office accepts an application: the pupil is enrolled and given a tariff."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from enrollment.domain.application import Application, Decision
from enrollment.domain.errors import (
    ApplicationNotFoundError,
    FormNotFoundError,
    SchoolNotFoundError,
    SchoolYearNotFoundError,
)
from enrollment.domain.form import FULL, ride_asked
from enrollment.domain.identifiers import ApplicationId, EnrolmentId
from enrollment.domain.pupil import Enrolment, Pupil, first_day_of_service
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports
from enrollment.usecases.rank_siblings import rank_siblings
from enrollment.usecases.review_application import application_to_decide
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def accept_application(
    ports: Ports, application_id: ApplicationId, *, by: Actor, note: str | None = None
) -> Application:
    """Accept once: a second attempt is refused. `note` stays inside the office.

    An elder child enrolled after a younger one moves the younger down: its tariff is assigned anew.
    Raises ApplicationNotFoundError, TransitionNotAllowedError, SchoolYearOverError.
    """
    application = await application_to_decide(ports, application_id)
    now = ports.clock.now()
    accepted = application.accepted(Decision(role=by.role, at=now), note=note)
    pupil, enrolment = await _enrol(ports, accepted, rome_day(now))
    await ports.store.save_application(accepted)
    await ports.audit(audit_line(by, "accept-application", application_id, at=now))
    ports.announcer.announce(announcements.accepted(accepted), sequence=accepted.version)
    await _announce_enrolment(ports, pupil, enrolment)
    await rank_siblings(ports, pupil, enrolment, since=enrolment.valid_from)
    return accepted


async def _enrol(ports: Ports, application: Application, today: date) -> tuple[Pupil, Enrolment]:
    year = await ports.store.school_year(application.school_year)
    window = await ports.store.window(application.form_id)
    pupil = await ports.store.pupil(application.pupil.pupil_id)
    if year is None:
        raise SchoolYearNotFoundError(f"Mancano le date dell'anno scolastico {application.school_year}.")
    if window is None:
        raise FormNotFoundError("Il modulo di questa domanda non esiste più.", form_id=application.form_id)
    if pupil is None:
        raise ApplicationNotFoundError("L'alunno di questa domanda non esiste più.")
    ride = ride_asked(application.answers)
    enrolment = Enrolment(
        enrolment_id=EnrolmentId(ports.new_id("enr")),
        account_id=application.guardian_id,
        service=application.service,
        school_year=application.school_year,
        school_id=application.school_id,
        class_id=application.class_id,
        valid_from=first_day_of_service(today, year),
        valid_to=year.last_day,
        tariff_code=window.tariff_code,
        sibling_rank=0,
        kind=ride.kind if ride else FULL,
        ride=ride,
    )
    checked = replace(
        pupil,
        given_name=application.pupil.given_name,
        family_name=application.pupil.family_name,
        birth_date=application.pupil.birth_date,
    )
    return checked, enrolment


async def _announce_enrolment(ports: Ports, pupil: Pupil, enrolment: Enrolment) -> None:
    school = await ports.store.school(enrolment.school_id)
    if school is None:
        raise SchoolNotFoundError("La scuola di questa domanda non esiste più.", school_id=enrolment.school_id)
    ports.announcer.announce(announcements.enrolled(pupil, enrolment, school), sequence=pupil.version + 1)
