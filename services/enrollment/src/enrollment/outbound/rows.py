"""Between domain objects and MongoDB documents. Days are kept as ISO text, instants as dates of MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from enrollment.domain.application import Application, ApplicationPupil, State, Step
from enrollment.domain.debt_block import DebtBlock, Lifting
from enrollment.domain.form import FULL, Ride
from enrollment.domain.identifiers import (
    ApplicationId,
    ClassId,
    EnrolmentId,
    FormId,
    GuardianId,
    LineId,
    PupilId,
    SchoolId,
    Service,
)
from enrollment.domain.line import Line
from enrollment.domain.pupil import Enrolment, Pupil
from enrollment.domain.school import School, SchoolClass, SchoolLevel
from enrollment.domain.school_day import Closure, Excuse
from enrollment.domain.school_year import SchoolYear
from enrollment.domain.window import Window
from refettorio_chassis.mongo import Document


def window_row(window: Window) -> Document:
    """The document of window."""
    return {
        "_id": window.form_id,
        "service": window.service.value,
        "school_year": window.school_year,
        "opens_on": window.opens_on.isoformat(),
        "closes_on": window.closes_on.isoformat(),
        "tariff_code": window.tariff_code,
        "form_version": window.form_version,
    }


def window_from(row: Document) -> Window:
    """Window from its document."""
    return Window(
        form_id=FormId(row["_id"]),
        service=Service(row["service"]),
        school_year=row["school_year"],
        opens_on=date.fromisoformat(row["opens_on"]),
        closes_on=date.fromisoformat(row["closes_on"]),
        tariff_code=row["tariff_code"],
        form_version=row["form_version"],
    )


def school_year_row(year: SchoolYear) -> Document:
    """The document of school year."""
    return {"_id": year.label, "first_day": year.first_day.isoformat(), "last_day": year.last_day.isoformat()}


def school_year_from(row: Document) -> SchoolYear:
    """School year from its document."""
    return SchoolYear(
        label=row["_id"],
        first_day=date.fromisoformat(row["first_day"]),
        last_day=date.fromisoformat(row["last_day"]),
    )


def school_row(school: School) -> Document:
    """The document of school."""
    return {
        "_id": school.school_id,
        "name": school.name,
        "level": school.level.value,
        "address": school.address,
        "code": school.code,
    }


def school_from(row: Document) -> School:
    """School from its document."""
    return School(
        school_id=SchoolId(row["_id"]),
        name=row["name"],
        level=SchoolLevel(row["level"]),
        address=row["address"],
        code=row["code"],
    )


def class_row(school_class: SchoolClass) -> Document:
    """The document of class."""
    return {
        "_id": school_class.class_id,
        "school_id": school_class.school_id,
        "name": school_class.name,
        "school_years": sorted(school_class.school_years),
    }


def class_from(row: Document) -> SchoolClass:
    """Class from its document."""
    return SchoolClass(
        class_id=ClassId(row["_id"]),
        school_id=SchoolId(row["school_id"]),
        name=row["name"],
        school_years=frozenset(row["school_years"]),
    )


def line_row(line: Line) -> Document:
    """The document of line."""
    return {"_id": line.line_id, "name": line.name, "school_ids": sorted(line.school_ids)}


def line_from(row: Document) -> Line:
    """Line from its document."""
    return Line(line_id=LineId(row["_id"]), name=row["name"], school_ids=frozenset(map(SchoolId, row["school_ids"])))


def application_row(application: Application) -> Document:
    """`is_live` and `submitted_at` are there for the indexes."""
    row: Document = {
        "_id": application.application_id,
        "form_id": application.form_id,
        "form_version": application.form_version,
        "service": application.service.value,
        "school_year": application.school_year,
        "guardian_id": application.guardian_id,
        "pupil": {
            "pupil_id": application.pupil.pupil_id,
            "given_name": application.pupil.given_name,
            "family_name": application.pupil.family_name,
            "fiscal_code": application.pupil.fiscal_code,
            "birth_date": application.pupil.birth_date.isoformat(),
        },
        "school_id": application.school_id,
        "class_id": application.class_id,
        "answers": dict(application.answers),
        "state": application.state.value,
        "history": [
            {"state": step.state.value, "at": step.at, "by_role": step.by_role} for step in application.history
        ],
        "reason": application.reason,
        "note": application.note,
        "is_live": application.state.is_live,
        "submitted_at": application.submitted_at,
        "version": application.version,
    }
    if application.idempotency_key is not None:
        row["idempotency_key"] = application.idempotency_key
    if application.debt is not None:
        row["debt"] = asdict(application.debt)
    return row


def application_from(row: Document) -> Application:
    """Application from its document."""
    return Application(
        application_id=ApplicationId(row["_id"]),
        form_id=FormId(row["form_id"]),
        form_version=row["form_version"],
        service=Service(row["service"]),
        school_year=row["school_year"],
        guardian_id=GuardianId(row["guardian_id"]),
        pupil=_application_pupil_from(row["pupil"]),
        school_id=SchoolId(row["school_id"]),
        class_id=ClassId(row["class_id"]),
        answers=row["answers"],
        state=State(row["state"]),
        history=tuple(
            Step(state=State(step["state"]), at=step["at"], by_role=step["by_role"]) for step in row["history"]
        ),
        reason=row["reason"],
        note=row["note"],
        idempotency_key=row.get("idempotency_key"),
        debt=_debt_from(row["debt"]) if "debt" in row else None,
    )


def _debt_from(row: Document) -> DebtBlock:
    return DebtBlock(**(row | {"lifted_by": Lifting(row["lifted_by"])}))


def _application_pupil_from(row: Document) -> ApplicationPupil:
    return ApplicationPupil(
        pupil_id=PupilId(row["pupil_id"]),
        given_name=row["given_name"],
        family_name=row["family_name"],
        fiscal_code=row["fiscal_code"],
        birth_date=date.fromisoformat(row["birth_date"]),
    )


def pupil_row(pupil: Pupil) -> Document:
    """The document of pupil."""
    return {
        "_id": pupil.pupil_id,
        "match_key": pupil.match_key,
        "given_name": pupil.given_name,
        "family_name": pupil.family_name,
        "birth_date": pupil.birth_date.isoformat(),
        "enrolments": [_enrolment_row(enrolment) for enrolment in pupil.enrolments],
        "version": pupil.version,
    }


def pupil_from(row: Document) -> Pupil:
    """Pupil from its document."""
    return Pupil(
        pupil_id=PupilId(row["_id"]),
        match_key=row["match_key"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        birth_date=date.fromisoformat(row["birth_date"]),
        enrolments=tuple(_enrolment_from(each) for each in row["enrolments"]),
        version=row["version"],
    )


def _enrolment_row(enrolment: Enrolment) -> Document:
    return {
        "enrolment_id": enrolment.enrolment_id,
        "account_id": enrolment.account_id,
        "service": enrolment.service.value,
        "school_year": enrolment.school_year,
        "school_id": enrolment.school_id,
        "class_id": enrolment.class_id,
        "valid_from": enrolment.valid_from.isoformat(),
        "valid_to": enrolment.valid_to.isoformat(),
        "tariff_code": enrolment.tariff_code,
        "sibling_rank": enrolment.sibling_rank,
        "class_since": enrolment.class_since.isoformat() if enrolment.class_since else None,
        "kind": enrolment.kind,
        "ride": enrolment.ride.value if enrolment.ride else None,
        "ride_since": enrolment.ride_since.isoformat() if enrolment.ride_since else None,
    }


def _enrolment_from(row: Document) -> Enrolment:
    return Enrolment(
        enrolment_id=EnrolmentId(row["enrolment_id"]),
        account_id=GuardianId(row["account_id"]),
        service=Service(row["service"]),
        school_year=row["school_year"],
        school_id=SchoolId(row["school_id"]),
        class_id=ClassId(row["class_id"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]),
        tariff_code=row["tariff_code"],
        sibling_rank=row["sibling_rank"],
        class_since=date.fromisoformat(row["class_since"]) if row.get("class_since") else None,
        kind=row.get("kind", FULL),
        ride=Ride(row["ride"]) if row.get("ride") else None,
        ride_since=date.fromisoformat(row["ride_since"]) if row.get("ride_since") else None,
    )


def closure_key(school_id: SchoolId, day: date) -> str:
    """One closure per school and day."""
    return f"{school_id}/{day.isoformat()}"


def closure_row(closure: Closure) -> Document:
    """The document of closure."""
    return {
        "_id": closure_key(closure.school_id, closure.day),
        "school_id": closure.school_id,
        "day": closure.day.isoformat(),
        "reason": closure.reason,
        "is_closed": closure.is_closed,
        "version": closure.version,
    }


def closure_from(row: Document) -> Closure:
    """Closure from its document."""
    return Closure(
        school_id=SchoolId(row["school_id"]),
        day=date.fromisoformat(row["day"]),
        reason=row["reason"],
        is_closed=row["is_closed"],
        version=row["version"],
    )


def excuse_key(class_id: ClassId, day: date) -> str:
    """One excuse per class and day."""
    return f"{class_id}/{day.isoformat()}"


def excuse_row(excuse: Excuse) -> Document:
    """The document of excuse."""
    return {
        "_id": excuse_key(excuse.class_id, excuse.day),
        "class_id": excuse.class_id,
        "school_id": excuse.school_id,
        "day": excuse.day.isoformat(),
        "reason": excuse.reason,
    }


def excuse_from(row: Document) -> Excuse:
    """Excuse from its document."""
    return Excuse(
        class_id=ClassId(row["class_id"]),
        school_id=SchoolId(row["school_id"]),
        day=date.fromisoformat(row["day"]),
        reason=row["reason"],
    )
