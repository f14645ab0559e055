"""The JSON this service answers with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Generic, Self, TypeVar

from pydantic import BaseModel

from enrollment.domain.application import Application
from enrollment.domain.debt_block import PAY_AT, DebtBlock
from enrollment.domain.form import Answer, Field, FormDefinition
from enrollment.domain.pupil import Enrolment, Pupil
from enrollment.domain.school import SchoolWithClasses
from enrollment.domain.second_guardian import Side
from enrollment.domain.window import Window

T = TypeVar("T")


class Items(BaseModel, Generic[T]):
    """Every list."""

    items: list[T]


class ClassShape(BaseModel):
    """One class of a school."""

    class_id: str
    name: str


class SchoolShape(BaseModel):
    """A school with its classes."""

    school_id: str
    name: str
    level: str
    address: str | None = None
    code: str | None = None
    classes: list[ClassShape]

    @classmethod
    def of(cls, found: SchoolWithClasses) -> Self:
        school = found.school
        return cls(
            school_id=school.school_id,
            name=school.name,
            level=school.level.value,
            address=school.address,
            code=school.code,
            classes=[ClassShape(class_id=each.class_id, name=each.name) for each in found.classes],
        )


class FormShape(BaseModel):
    """A form in the list: `state` is `open`, `not-yet` or `closed`."""

    form_id: str
    service: str
    school_year: str
    title: str
    opens_on: date
    closes_on: date
    state: str
    state_text: str

    @classmethod
    def of(cls, window: Window, today: date) -> Self:
        return cls(
            form_id=window.form_id,
            service=window.service.value,
            school_year=window.school_year,
            title=window.title,
            opens_on=window.opens_on,
            closes_on=window.closes_on,
            state=window.state_on(today).value,
            state_text=window.state_text_on(today),
        )


class OptionShape(BaseModel):
    """One choice."""

    value: str
    label: str


class FieldShape(BaseModel):
    """One question of a form."""

    name: str
    label: str
    type: str
    required: bool
    help: str
    options: list[OptionShape]

    @classmethod
    def of(cls, field: Field, schools: Sequence[SchoolWithClasses]) -> Self:
        return cls(
            name=field.name,
            label=field.label,
            type=field.type.value,
            required=field.required,
            help=field.help,
            options=_options(field, schools),
        )


def _options(field: Field, schools: Sequence[SchoolWithClasses]) -> list[OptionShape]:
    """The choices of the definition, or those of the registry."""
    match field.name:
        case "school_id":
            return [
                OptionShape(value=each.school.school_id, label=each.school.name) for each in schools if each.classes
            ]
        case "class_id":
            return [
                OptionShape(value=school_class.class_id, label=f"{each.school.name}: {school_class.name}")
                for each in schools
                for school_class in each.classes
            ]
        case _:
            return [OptionShape(value=option.value, label=option.label) for option in field.options]


class DefinitionShape(BaseModel):
    """What to ask, and where one can enrol."""

    version: int
    fields: list[FieldShape]
    privacy_text: str
    schools: list[SchoolShape]

    @classmethod
    def of(cls, definition: FormDefinition, schools: Sequence[SchoolWithClasses]) -> Self:
        return cls(
            version=definition.version,
            fields=[FieldShape.of(field, schools) for field in definition.fields],
            privacy_text=definition.privacy_text,
            schools=[SchoolShape.of(each) for each in schools if each.classes],
        )


class DebtShape(BaseModel):
    """A debt before an enrolment. `lifted_by` says why it does not stop it; None: it does. `text` is for families."""

    debt_cents: int
    in_flight_cents: int
    in_flight_until: datetime | None
    to_pay_cents: int
    lifted_by: str | None
    text: str
    pay_at: str

    @classmethod
    def of(cls, block: DebtBlock) -> Self:
        return cls(
            debt_cents=block.debt_cents,
            in_flight_cents=block.in_flight_cents,
            in_flight_until=block.in_flight_until,
            to_pay_cents=block.to_pay_cents,
            lifted_by=block.lifted_by.value if block.lifted_by else None,
            text=block.text,
            pay_at=PAY_AT,
        )


class FormWithDefinition(FormShape):
    """A form ready to be filled in; `debt` is the caller's own, where it matters for this form."""

    definition: DefinitionShape
    debt: DebtShape | None = None


class PupilName(BaseModel):
    """The pupil of an application."""

    pupil_id: str
    given_name: str
    family_name: str


class StepShape(BaseModel):
    """One step of the history."""

    state: str
    at: datetime
    by_role: str


class ApplicationShape(BaseModel):
    """An application as the family sees it in the list. `answers` only where one application is asked for.

    `debt` is the one that stood when it was sent.
    """

    application_id: str
    form_id: str
    service: str
    school_year: str
    pupil: PupilName
    school_id: str
    class_id: str
    state: str
    state_text: str
    submitted_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None
    history: list[StepShape]

    form_version: int
    debt: DebtShape | None = None
    answers: dict[str, Answer] | None = None

    @classmethod
    def of(cls, application: Application) -> Self:
        """Without the answers."""
        return cls(
            application_id=application.application_id,
            form_id=application.form_id,
            form_version=application.form_version,
            service=application.service.value,
            school_year=application.school_year,
            pupil=PupilName(
                pupil_id=application.pupil.pupil_id,
                given_name=application.pupil.given_name,
                family_name=application.pupil.family_name,
            ),
            school_id=application.school_id,
            class_id=application.class_id,
            state=application.state.value,
            state_text=application.state.text,
            submitted_at=application.submitted_at,
            decided_at=application.decided_at,
            reason=application.reason,
            debt=DebtShape.of(application.debt) if application.debt else None,
            history=[
                StepShape(state=step.state.value, at=step.at, by_role=step.by_role) for step in application.history
            ],
        )

    def answered(self, application: Application) -> Self:
        """With the answers."""
        return self.model_copy(update={"answers": dict(application.answers)})


class OfficeApplication(ApplicationShape):
    """An application as a clerk sees it; `note` is the office's own."""

    guardian_id: str = ""
    note: str | None = None

    @classmethod
    def of(cls, application: Application) -> Self:
        """Without the answers."""
        seen = super().of(application)
        return seen.model_copy(update={"guardian_id": application.guardian_id, "note": application.note})


class EnrolmentShape(BaseModel):
    """One service for one year; days are Europe/Rome, both inside. `class_since`: the last change of class.

    On the bus `ride` is `both`, `outward` or `return`, since `ride_since` where it changed; None where it is not known.
    """

    enrolment_id: str
    account_id: str
    service: str
    school_year: str
    school_id: str
    class_id: str
    valid_from: date
    valid_to: date
    class_since: date | None = None
    ride: str | None = None
    ride_since: date | None = None


class PupilShape(BaseModel):
    """A pupil with enrolments; `account_id` pays for the newest of them.

    `side`: the guardian who asks is the `holder` of `account_id`, or the `second` guardian beside them, who reads only.
    """

    pupil_id: str
    given_name: str
    family_name: str
    account_id: str
    side: str
    enrolments: list[EnrolmentShape]

    @classmethod
    def of(cls, pupil: Pupil, enrolments: Sequence[Enrolment], side: Side = Side.HOLDER) -> Self:
        newest_first = sorted(enrolments, key=lambda each: (each.valid_from, each.enrolment_id), reverse=True)
        return cls(
            pupil_id=pupil.pupil_id,
            given_name=pupil.given_name,
            family_name=pupil.family_name,
            account_id=newest_first[0].account_id,
            side=side.value,
            enrolments=[_enrolment(each) for each in newest_first],
        )


def _enrolment(enrolment: Enrolment) -> EnrolmentShape:
    return EnrolmentShape(
        enrolment_id=enrolment.enrolment_id,
        account_id=enrolment.account_id,
        service=enrolment.service.value,
        school_year=enrolment.school_year,
        school_id=enrolment.school_id,
        class_id=enrolment.class_id,
        valid_from=enrolment.valid_from,
        valid_to=enrolment.valid_to,
        class_since=enrolment.class_since,
        ride=enrolment.ride,
        ride_since=enrolment.ride_since,
    )
