"""What the ledger refuses when somebody asks for a decision or takes one."""

from __future__ import annotations

from typing import ClassVar

from refettorio_chassis.errors import ConflictError, DomainError, NotAllowedError, NotFoundError


class IbanNotValidError(DomainError):
    """Not an IBAN of the SEPA area, or its check digits are wrong. The IBAN itself is never repeated."""

    slug: ClassVar[str] = "iban-not-valid"


class RefundNotDueError(DomainError):
    """There is no credit to give back."""

    slug: ClassVar[str] = "refund-not-due"


class StillEnrolledError(NotAllowedError):
    """A refund is for who leaves: for the others the credit stays for next year."""

    slug: ClassVar[str] = "still-enrolled"


class RefundAlreadyRequestedError(ConflictError):
    """One request at a time for an account."""

    slug: ClassVar[str] = "refund-already-requested"


class RefundNotDecidableError(ConflictError):
    """The request was decided before."""

    slug: ClassVar[str] = "refund-already-decided"


class RefundNeedsAnotherError(NotAllowedError):
    """Four eyes: who asked for a refund, entered it or would get it does not approve it."""

    slug: ClassVar[str] = "refund-needs-another-person"


class RefundNotFoundError(NotFoundError):
    """No such request."""

    slug: ClassVar[str] = "refund-not-found"


class BatchNotFoundError(NotFoundError):
    """No such file for the bank."""

    slug: ClassVar[str] = "batch-not-found"


class NothingToSendError(DomainError):
    """No approved refund waits to be paid."""

    slug: ClassVar[str] = "nothing-to-send"


class CreditTooLowError(DomainError):
    """A move between holders never makes a debt."""

    slug: ClassVar[str] = "credit-too-low"


class SameAccountError(DomainError):
    """From an account to itself."""

    slug: ClassVar[str] = "same-account"


class YearNotClosableError(DomainError):
    """Not a school year."""

    slug: ClassVar[str] = "school-year-not-valid"


class YearNotOverError(DomainError):
    """Too early."""

    slug: ClassVar[str] = "school-year-not-over"


class ClosingNotFoundError(NotFoundError):
    """The year's closing was never started."""

    slug: ClassVar[str] = "closing-not-found"


class PlanNotValidError(DomainError):
    """The instalments do not cover the debt, or their days do not hold."""

    slug: ClassVar[str] = "plan-not-valid"


class PlanNotFoundError(NotFoundError):
    """No such plan, or none the caller may know of."""

    slug: ClassVar[str] = "plan-not-found"


class PlanConflictError(ConflictError):
    """The name is of another plan, of somebody else or with other instalments."""

    slug: ClassVar[str] = "plan-conflict"


class PrintNotPossibleError(DomainError):
    """The amount cannot be counted for the service."""

    slug: ClassVar[str] = "print-not-possible"


class PrintNotFoundError(NotFoundError):
    """No such printing, or no such file of it (yet, or any more)."""

    slug: ClassVar[str] = "print-not-found"


class PrintConflictError(ConflictError):
    """The name is of another printing."""

    slug: ClassVar[str] = "print-conflict"


class PrintGoingOnError(ConflictError):
    """One printing at a time for a school: nobody is to be given two notices."""

    slug: ClassVar[str] = "print-going-on"


class WriteOffTooHighError(DomainError):
    """More than what is owed."""

    slug: ClassVar[str] = "write-off-too-high"


class NotInDebtError(DomainError):
    """Nothing is owed on the account."""

    slug: ClassVar[str] = "not-in-debt"
