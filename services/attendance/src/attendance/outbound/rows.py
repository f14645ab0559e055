"""Between domain objects and MongoDB documents. Days are kept as ISO text, instants as dates of MongoDB."""

from __future__ import annotations

from datetime import date

from attendance.domain.calendar import Closure, Excuse
from attendance.domain.identifiers import AccountId, ClassId, CommandId, EnrolmentId, PupilId, SchoolId
from attendance.domain.mark import Mark, Meal, MealKind, PupilDay
from attendance.domain.role import Role
from attendance.domain.roster import Enrolment, SecondGuardian, Stay
from attendance.domain.sheet import Sheet, SheetState
from refettorio_chassis.mongo import Document


def day_key(subject: str, day: date) -> str:
    """One document per subject and day."""
    return f"{subject}/{day.isoformat()}"


def command_key(class_id: ClassId, day: date, command_id: CommandId) -> str:
    """One document per command on a sheet."""
    return f"{class_id}/{day.isoformat()}/{command_id}"


def enrolment_row(enrolment: Enrolment) -> Document:
    """The document of an enrolment."""
    return {
        "_id": enrolment.enrolment_id,
        "pupil_id": enrolment.pupil_id,
        "account_id": enrolment.account_id,
        "service": enrolment.service,
        "stays": [
            {"school_id": stay.school_id, "class_id": stay.class_id, "since": stay.since.isoformat()}
            for stay in enrolment.stays
        ],
        "valid_from": enrolment.valid_from.isoformat(),
        "valid_to": enrolment.valid_to.isoformat(),
    }


def enrolment_from(row: Document) -> Enrolment:
    """Enrolment from its document."""
    return Enrolment(
        enrolment_id=EnrolmentId(row["_id"]),
        pupil_id=PupilId(row["pupil_id"]),
        account_id=AccountId(row["account_id"]),
        service=row["service"],
        stays=tuple(
            Stay(
                school_id=SchoolId(stay["school_id"]),
                class_id=ClassId(stay["class_id"]),
                since=date.fromisoformat(stay["since"]),
            )
            for stay in row["stays"]
        ),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]),
    )


def second_guardian_row(second: SecondGuardian) -> Document:
    """The document of who sees a pupil beside one holder."""
    return {
        "_id": f"{second.pupil_id}/{second.account_id}",
        "pupil_id": second.pupil_id,
        "account_id": second.account_id,
        "guardian_id": second.guardian_id,
    }


def second_guardian_from(row: Document) -> SecondGuardian:
    """SecondGuardian from its document."""
    return SecondGuardian(
        pupil_id=PupilId(row["pupil_id"]),
        account_id=AccountId(row["account_id"]),
        guardian_id=AccountId(row["guardian_id"]),
    )


def closure_row(closure: Closure) -> Document:
    """The document of a closure."""
    return {
        "_id": day_key(closure.school_id, closure.day),
        "school_id": closure.school_id,
        "day": closure.day.isoformat(),
        "reason": closure.reason,
    }


def closure_from(row: Document) -> Closure:
    """Closure from its document."""
    return Closure(school_id=SchoolId(row["school_id"]), day=date.fromisoformat(row["day"]), reason=row["reason"])


def excuse_row(excuse: Excuse) -> Document:
    """The document of an excuse."""
    return {
        "_id": day_key(excuse.class_id, excuse.day),
        "class_id": excuse.class_id,
        "day": excuse.day.isoformat(),
        "reason": excuse.reason,
    }


def excuse_from(row: Document) -> Excuse:
    """Excuse from its document."""
    return Excuse(class_id=ClassId(row["class_id"]), day=date.fromisoformat(row["day"]), reason=row["reason"])


def sheet_row(sheet: Sheet) -> Document:
    """The document of a sheet."""
    return {
        "_id": day_key(sheet.class_id, sheet.day),
        "class_id": sheet.class_id,
        "school_id": sheet.school_id,
        "day": sheet.day.isoformat(),
        "state": sheet.state.value,
        "version": sheet.version,
    }


def sheet_from(row: Document) -> Sheet:
    """Sheet from its document."""
    return Sheet(
        class_id=ClassId(row["class_id"]),
        school_id=SchoolId(row["school_id"]),
        day=date.fromisoformat(row["day"]),
        state=SheetState(row["state"]),
        version=row["version"],
    )


def pupil_day_row(known: PupilDay) -> Document:
    """The document of a pupil's day."""
    return {
        "_id": day_key(known.pupil_id, known.day),
        "pupil_id": known.pupil_id,
        "day": known.day.isoformat(),
        "mark": known.mark.value,
        "version": known.version,
        "recorded_at": known.recorded_at,
        "command_id": known.command_id,
        "marked_by": known.marked_by.value if known.marked_by else None,
        "operator": known.operator,
        "meals": known.meals,
        "meal": _meal_row(known.meal) if known.meal else None,
    }


def pupil_day_from(row: Document) -> PupilDay:
    """A pupil's day from its document."""
    pupil_id, day = PupilId(row["pupil_id"]), date.fromisoformat(row["day"])
    return PupilDay(
        pupil_id=pupil_id,
        day=day,
        mark=Mark(row["mark"]),
        version=row["version"],
        recorded_at=row["recorded_at"],
        command_id=CommandId(row["command_id"]) if row["command_id"] else None,
        marked_by=Role(row["marked_by"]) if row["marked_by"] else None,
        operator=row.get("operator"),
        meals=row["meals"],
        meal=_meal_from(row["meal"], pupil_id, day) if row["meal"] else None,
    )


def _meal_row(meal: Meal) -> Document:
    return {
        "number": meal.number,
        "account_id": meal.account_id,
        "school_id": meal.school_id,
        "class_id": meal.class_id,
        "kind": meal.kind.value,
        "marked_at": meal.marked_at,
        "marked_by": meal.marked_by.value,
    }


def _meal_from(row: Document, pupil_id: PupilId, day: date) -> Meal:
    """Meals kept before kinds were marked were all full."""
    return Meal(
        pupil_id=pupil_id,
        day=day,
        number=row["number"],
        account_id=AccountId(row["account_id"]),
        school_id=SchoolId(row["school_id"]),
        class_id=ClassId(row["class_id"]),
        kind=MealKind(row.get("kind", MealKind.FULL)),
        marked_at=row["marked_at"],
        marked_by=Role(row["marked_by"]),
    )
