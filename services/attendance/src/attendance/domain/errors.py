"""What can be wrong with a request to this service. The messages are read by canteen staff, clerks and families."""

from __future__ import annotations

from typing import ClassVar

from refettorio_chassis.errors import ConflictError, DomainError, NotAllowedError, NotFoundError


class ClassNotFoundError(NotFoundError):
    """Nobody was ever enrolled in this class."""

    slug: ClassVar[str] = "class-not-found"


class PupilNotFoundError(NotFoundError):
    """No such pupil, or not a child of the caller."""

    slug: ClassVar[str] = "pupil-not-found"


class ClassOutOfScopeError(NotAllowedError):
    """The tablet, or the person, was not given this class."""

    slug: ClassVar[str] = "class-out-of-scope"


class OperatorMissingError(NotAllowedError):
    """A tablet takes the roll only while an operator holds it."""

    slug: ClassVar[str] = "operator-missing"


class SheetClosedError(ConflictError):
    """The roll is complete; only the office corrects it."""

    slug: ClassVar[str] = "sheet-closed"


class SheetNotClosedError(ConflictError):
    """Only a closed sheet can be opened again."""

    slug: ClassVar[str] = "sheet-not-closed"


class SheetIncompleteError(DomainError):
    """Some pupils have no mark yet. `values["unmarked"]`: their identifiers."""

    slug: ClassVar[str] = "sheet-incomplete"


class NoServiceError(DomainError):
    """The class does not eat on this day. `values["reason"]` says why."""

    slug: ClassVar[str] = "no-service"


class DayOutOfRangeError(DomainError):
    """The day is in the future, or too long ago for a tablet."""

    slug: ClassVar[str] = "day-out-of-range"


class NotOnRosterError(DomainError):
    """The pupil is not in this class on this day."""

    slug: ClassVar[str] = "not-on-roster"


class EnrolmentUnknownError(DomainError):
    """An event speaks of an enrolment we have not heard of."""

    slug: ClassVar[str] = "enrolment-unknown"


class PeriodInvalidError(DomainError):
    """The period asked for ends before it begins, or is too long."""

    slug: ClassVar[str] = "period-invalid"
