"""What can be wrong with a request to this service. The messages are read by families and clerks."""

from __future__ import annotations

from typing import ClassVar

from refettorio_chassis.errors import ConflictError, DomainError, NotAllowedError, NotFoundError


class WindowClosedError(DomainError):
    """The form is not open on this day."""

    slug: ClassVar[str] = "window-closed"


class DebtOutstandingError(DomainError):
    """A child of the holder was enrolled last year and the account is in debt.

    `values`: `debt_cents`, of which `in_flight_cents` are being paid, `to_pay_cents`, `pay_at`.
    """

    slug: ClassVar[str] = "debt-outstanding"


class DuplicateApplicationError(ConflictError):
    """The pupil already has an application, pending or accepted, for this service and school year."""

    slug: ClassVar[str] = "duplicate-application"


class IdempotencyKeyReusedError(ConflictError):
    """The same idempotency key came with other answers."""

    slug: ClassVar[str] = "idempotency-key-reused"


class FiscalCodeInvalidError(DomainError):
    """A fiscal code is not well formed, or the pupil's does not match the declared birth date. `values`: `field`."""

    slug: ClassVar[str] = "fiscal-code-invalid"


class AnswersInvalidError(DomainError):
    """Answers that break the definition of the form. `values["errors"]`: list of `{"field", "message"}`."""

    slug: ClassVar[str] = "dati-non-validi"


class TransitionNotAllowedError(ConflictError):
    """The application is in a state from which this step is not possible. `values`: `state`, `wanted`."""

    slug: ClassVar[str] = "transition-not-allowed"


class ReasonInvalidError(DomainError):
    """A decision against the family needs a reason it can understand: 10 to 500 characters."""

    slug: ClassVar[str] = "reason-invalid"


class SchoolYearOverError(DomainError):
    """The school year of the application has ended: nobody can be enrolled into it any more."""

    slug: ClassVar[str] = "school-year-over"


class DatesInvalidError(DomainError):
    """Two days in the wrong order, or a school year that does not match its name."""

    slug: ClassVar[str] = "dates-invalid"


class EnrolmentNotEndableError(ConflictError):
    """The day is before the enrolment, or not before the day on which it ends anyway. `values`: `first`, `last`."""

    slug: ClassVar[str] = "enrolment-not-endable"


class MoveTooEarlyError(ConflictError):
    """The pupil came to the class they are in after that day. `values`: `since`."""

    slug: ClassVar[str] = "move-too-early"


class RideTooEarlyError(ConflictError):
    """The rides changed after that day already. `values`: `since`."""

    slug: ClassVar[str] = "ride-too-early"


class NoRideError(ConflictError):
    """The enrolment is not for the bus."""

    slug: ClassVar[str] = "no-ride"


class NotEnrolledThatDayError(ConflictError):
    """The pupil uses no service on that day."""

    slug: ClassVar[str] = "not-enrolled-that-day"


class ClassNotOfferedError(ConflictError):
    """The class does not exist in the school year of the enrolment."""

    slug: ClassVar[str] = "class-not-offered"


class PupilAlreadyThereError(ConflictError):
    """The pupil is in that class already."""

    slug: ClassVar[str] = "pupil-already-there"


class SecondGuardianExistsError(ConflictError):
    """The pupil already has a second guardian of this holder, or one who was named and may still accept."""

    slug: ClassVar[str] = "second-guardian-exists"


class SecondGuardianSelfError(DomainError):
    """The holder named themselves."""

    slug: ClassVar[str] = "second-guardian-self"


class SecondGuardianNotAdultError(DomainError):
    """By the code the person named is no adult, or it is a provisional code, which says nothing about age."""

    slug: ClassVar[str] = "second-guardian-not-adult"


class SecondGuardianIsPupilError(DomainError):
    """The code is the pupil's own."""

    slug: ClassVar[str] = "second-guardian-is-pupil"


class SharesDayError(DomainError):
    """Shares hold from tomorrow at the earliest, to the end of the next school year. `values`: `first`, `last`."""

    slug: ClassVar[str] = "shares-day"


class SharesPendingError(ConflictError):
    """The other one proposed shares, and waits for an answer: that comes first."""

    slug: ClassVar[str] = "shares-pending"


class NoProposalError(ConflictError):
    """No shares are proposed."""

    slug: ClassVar[str] = "no-proposal"


class SharesChangedError(ConflictError):
    """The shares that were read and agreed to are not those that are proposed: they changed meanwhile."""

    slug: ClassVar[str] = "shares-changed"


class NeedsAnotherPersonError(NotAllowedError):
    """Whose hand it is was at work on the other side too: two people have to say yes, with two hands."""

    slug: ClassVar[str] = "needs-another-person"


class NamedTooOftenError(ConflictError):
    """The person said no, or was named and let go again, not long ago. `values`: `first`, the day from which again."""

    slug: ClassVar[str] = "named-too-often"


class NotYoursToAnswerError(ConflictError):
    """It is the other one who has to say yes or no."""

    slug: ClassVar[str] = "not-yours-to-answer"


class SecondGuardianUnknownError(NotFoundError):
    """No such second guardian, or neither holder nor second is the caller."""

    slug: ClassVar[str] = "second-guardian-unknown"


class PupilNotFoundError(NotFoundError):
    """No such pupil, or never enrolled."""

    slug: ClassVar[str] = "pupil-not-found"


class EnrolmentNotFoundError(NotFoundError):
    """No such enrolment of this pupil."""

    slug: ClassVar[str] = "enrolment-not-found"


class FormNotFoundError(NotFoundError):
    """No form with this identifier."""

    slug: ClassVar[str] = "form-not-found"


class ApplicationNotFoundError(NotFoundError):
    """No such application, or not one of the caller's."""

    slug: ClassVar[str] = "application-not-found"


class SchoolNotFoundError(NotFoundError):
    """No such school."""

    slug: ClassVar[str] = "school-not-found"


class ClassNotFoundError(NotFoundError):
    """No such class in this school and school year."""

    slug: ClassVar[str] = "class-not-found"


class SchoolYearNotFoundError(NotFoundError):
    """The office has not set up this school year yet."""

    slug: ClassVar[str] = "school-year-not-found"


class ClosureNotFoundError(NotFoundError):
    """The school is not closed on that day."""

    slug: ClassVar[str] = "closure-not-found"
