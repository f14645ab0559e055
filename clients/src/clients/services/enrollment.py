"""Enrollment: forms, applications, schools, pupils."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from clients.services.second_guardians import OfficeSecondGuardian, Side
from clients.services.transport import Answer, Backend, Nothing, Question

FormState = Literal["open", "not-yet", "closed"]
ApplicationState = Literal["submitted", "under-review", "accepted", "rejected", "withdrawn"]


class Option(Answer):
    """One choice of a select."""

    value: str
    label: str


class FormField(Answer):
    """One question of a form; `name` is the key of the answer."""

    name: str
    label: str
    type: Literal["text", "fiscal-code", "date", "select", "checkbox", "textarea"]
    required: bool = False
    help: str | None = None
    options: tuple[Option, ...] | None = None


class SchoolClass(Answer):
    """One class."""

    class_id: str
    name: str


class School(Answer):
    """A school with its classes."""

    school_id: str
    name: str
    level: str = ""
    classes: tuple[SchoolClass, ...] = ()


class Schools(Answer):
    """Schools one can enrol in."""

    items: tuple[School, ...]


class FormDefinition(Answer):
    """What a form asks."""

    fields: tuple[FormField, ...]
    privacy_text: str
    schools: tuple[School, ...] = ()


class FormSummary(Answer):
    """A form in the list of *Compila*; `state_text` says in Italian when it opens or closed."""

    form_id: str
    service: str
    school_year: str
    title: str
    opens_on: date
    closes_on: date
    state: FormState
    state_text: str


class Debt(Answer):
    """A debt before an enrolment. `lifted_by` says why it does not stop it; None: it does. `text` is for families."""

    debt_cents: int
    in_flight_until: datetime | None = None
    to_pay_cents: int
    lifted_by: str | None = None
    text: str
    pay_at: str


class Form(FormSummary):
    """A form ready to be filled in; `debt` is the caller's own, where it matters for this form."""

    definition: FormDefinition
    debt: Debt | None = None


class Forms(Answer):
    """Forms of all services and years."""

    items: tuple[FormSummary, ...]


class PupilName(Answer):
    """The pupil of an application."""

    pupil_id: str | None = None
    given_name: str = ""
    family_name: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Step(Answer):
    """One change of state in an application's history."""

    state: ApplicationState
    at: datetime
    by_role: str = ""


class Application(Answer):
    """An application; the office also sees holder and class, the detail also the answers.

    `debt` is the one that stood when it was sent.
    """

    application_id: str
    form_id: str
    service: str
    school_year: str
    pupil: PupilName
    state: ApplicationState
    state_text: str = ""
    submitted_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None
    debt: Debt | None = None
    note: str | None = None
    history: tuple[Step, ...] = ()
    answers: dict[str, str | bool] | None = None
    guardian_id: str = ""
    school_id: str = ""
    class_id: str = ""

    @property
    def is_waiting(self) -> bool:
        """True until the office has decided or the guardian has withdrawn."""
        return self.state in {"submitted", "under-review"}


class Applications(Answer):
    """A list of applications."""

    items: tuple[Application, ...]


class NewApplication(Question):
    """A form filled in; the same key twice is one application."""

    form_id: str
    answers: dict[str, str | bool]
    idempotency_key: str


class Acceptance(Question):
    """The note stays in the office."""

    note: str | None = None


class Rejection(Question):
    """The reason is what the family reads."""

    reason: str


class Leaving(Question):
    """The last day on which a service is used; the reason stays in the office."""

    last_day: date
    reason: str


class Move(Question):
    """Another class from a day on, for every service used that day; the reason stays in the office."""

    class_id: str
    first_day: date
    reason: str


Ride = Literal["both", "outward", "return"]
RIDES: Final[tuple[Ride, ...]] = ("both", "outward", "return")


class RideChange(Question):
    """The bus another way from a day on; the reason stays in the office."""

    ride: Ride
    first_day: date
    reason: str


class Enrolment(Answer):
    """One service for one year; both days inside. `class_since`, `ride_since`: the last change of each."""

    enrolment_id: str
    service: str
    school_year: str
    school_id: str
    class_id: str
    valid_from: date
    valid_to: date
    account_id: str = ""
    class_since: date | None = None
    ride: str | None = None
    ride_since: date | None = None


class Pupil(Answer):
    """A child with enrolments; `side`: whether the caller enrolled them or is their second guardian."""

    pupil_id: str
    given_name: str
    family_name: str
    account_id: str = ""
    side: Side = "holder"
    enrolments: tuple[Enrolment, ...] = ()
    second_guardians: tuple[OfficeSecondGuardian, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Pupils(Answer):
    """A list of children."""

    items: tuple[Pupil, ...]


@dataclass(frozen=True, slots=True)
class Enrollment:
    """Calls to the enrollment service; each may raise ServiceProblem."""

    backend: Backend

    async def forms(self) -> tuple[FormSummary, ...]:
        return (await self.backend.read("/api/enrollment/v1/forms", Forms)).items

    async def form(self, form_id: str) -> Form:
        return await self.backend.read(f"/api/enrollment/v1/forms/{form_id}", Form)

    async def schools(self) -> tuple[School, ...]:
        return (await self.backend.read("/api/enrollment/v1/schools", Schools)).items

    async def own_pupils(self) -> tuple[Pupil, ...]:
        """The caller's children, also when the caller is a clerk too."""
        return (await self.backend.read("/api/enrollment/v1/pupils", Pupils, {"mine": "true"})).items

    async def pupils(self) -> tuple[Pupil, ...]:
        """Everybody's children, for the office."""
        return (await self.backend.read("/api/enrollment/v1/pupils", Pupils)).items

    async def pupils_in(self, class_id: str) -> tuple[Pupil, ...]:
        """Those of one class, for the office."""
        return (await self.backend.read("/api/enrollment/v1/pupils", Pupils, {"class_id": class_id})).items

    async def pupils_of(self, account_id: str) -> tuple[Pupil, ...]:
        """Those a holder enrolled, with the holder's enrolments alone, for the office."""
        return (await self.backend.read("/api/enrollment/v1/pupils", Pupils, {"account_id": account_id})).items

    async def pupil(self, pupil_id: str) -> Pupil:
        """One pupil, for the office."""
        return await self.backend.read(f"{_OFFICE}/pupils/{pupil_id}", Pupil)

    async def move(self, pupil_id: str, move: Move) -> None:
        await self.backend.send("POST", f"{_OFFICE}/pupils/{pupil_id}/move", Nothing, move)

    async def change_ride(self, pupil_id: str, enrolment_id: str, change: RideChange) -> None:
        path = f"{_OFFICE}/pupils/{pupil_id}/enrolments/{enrolment_id}/ride"
        await self.backend.send("POST", path, Nothing, change)

    async def end(self, pupil_id: str, enrolment_id: str, leaving: Leaving) -> None:
        path = f"{_OFFICE}/pupils/{pupil_id}/enrolments/{enrolment_id}/end"
        await self.backend.send("POST", path, Nothing, leaving)

    async def submit(self, application: NewApplication) -> Application:
        """Hand in an application; the same idempotency key twice is one application."""
        return await self.backend.send("POST", "/api/enrollment/v1/applications", Application, application)

    async def applications(self) -> tuple[Application, ...]:
        return (await self.backend.read("/api/enrollment/v1/applications", Applications)).items

    async def application(self, application_id: str) -> Application:
        return await self.backend.read(f"/api/enrollment/v1/applications/{application_id}", Application)

    async def withdraw(self, application_id: str) -> None:
        await self.backend.send("POST", f"/api/enrollment/v1/applications/{application_id}/withdraw", Nothing)

    async def office_applications(
        self, *, state: str | None = None, service: str | None = None, school_year: str | None = None
    ) -> tuple[Application, ...]:
        query = {"state": state, "service": service, "school_year": school_year}
        return (await self.backend.read(f"{_OFFICE}/applications", Applications, query)).items

    async def office_application(self, application_id: str) -> Application:
        return await self.backend.read(f"{_OFFICE}/applications/{application_id}", Application)

    async def review(self, application_id: str) -> None:
        await self.backend.send("POST", f"{_OFFICE}/applications/{application_id}/review", Nothing)

    async def accept(self, application_id: str, acceptance: Acceptance) -> None:
        await self.backend.send("POST", f"{_OFFICE}/applications/{application_id}/accept", Nothing, acceptance)

    async def reject(self, application_id: str, rejection: Rejection) -> None:
        await self.backend.send("POST", f"{_OFFICE}/applications/{application_id}/reject", Nothing, rejection)


_OFFICE = "/api/enrollment/v1/office"
