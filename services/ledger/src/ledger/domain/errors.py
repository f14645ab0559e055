"""What the ledger refuses. Messages are for the person who asked; slugs for machines."""

from __future__ import annotations

from typing import ClassVar

from refettorio_chassis.errors import ConflictError, DomainError, NotFoundError


class TransferConflictError(ConflictError):
    """The same transfer id arrived with another content: two different facts claim one name."""

    slug: ClassVar[str] = "transfer-conflict"


class PriceUnknownError(DomainError):
    """No tariff is assigned to the pupil, or none of its versions is valid on the day. Set aside until one is."""

    slug: ClassVar[str] = "price-unknown"


class MealNotChargedError(DomainError):
    """A withdrawal names a meal that was never charged: events of an account are in order, so the fault is upstream."""

    slug: ClassVar[str] = "meal-not-charged"


class AmountNotValidError(DomainError):
    """Not a positive number of cents, or beyond what pagoPA can carry."""

    slug: ClassVar[str] = "amount-not-valid"


class NoticeNotFoundError(NotFoundError):
    """No such notice, or none the caller may know of."""

    slug: ClassVar[str] = "notice-not-found"


class AccountNotFoundError(NotFoundError):
    """No such account."""

    slug: ClassVar[str] = "account-not-found"


class TariffNotFoundError(NotFoundError):
    """No such tariff version."""

    slug: ClassVar[str] = "tariff-not-found"


class TariffAlreadyPublishedError(ConflictError):
    """The version exists with another content: a published price is never rewritten, a new version follows it."""

    slug: ClassVar[str] = "tariff-already-published"


class ServiceNotPayableError(DomainError):
    """The municipality has no pagoPA taxonomy configured for the service."""

    slug: ClassVar[str] = "service-not-payable"


class NoticeAlreadyPaidError(ConflictError):
    """A paid notice cannot be cancelled: the money is there."""

    slug: ClassVar[str] = "notice-already-paid"


class AnomalyNotFoundError(NotFoundError):
    """No receipt with an anomaly has that id."""

    slug: ClassVar[str] = "anomaly-not-found"


class AnomalyResolvedError(ConflictError):
    """Somebody decided about it before."""

    slug: ClassVar[str] = "anomaly-resolved"


class ResolutionNotPossibleError(DomainError):
    """The decision does not fit what happened to the money."""

    slug: ClassVar[str] = "resolution-not-possible"


class TariffNotSoundError(DomainError):
    """Some family would have two prices or none: `findings` says where."""

    slug: ClassVar[str] = "tariff-not-sound"


class DeclarationNotValidError(DomainError):
    """Its days are upside down or not come yet, or it exempts a child for no reason: `errors` names the field."""

    slug: ClassVar[str] = "declaration-not-valid"


class DeclarationsForgottenError(DomainError):
    """The days are so long ago that the declarations behind their prices are no longer kept."""

    slug: ClassVar[str] = "declarations-forgotten"


class DeclarationConflictError(ConflictError):
    """The number is of another declaration."""

    slug: ClassVar[str] = "declaration-conflict"


class PreviewNotFoundError(NotFoundError):
    """No such preview of a re-rating."""

    slug: ClassVar[str] = "preview-not-found"


class PreviewStaleError(ConflictError):
    """A meal of the preview was charged, adjusted or taken back since: look again before posting."""

    slug: ClassVar[str] = "preview-stale"


class PeriodOpenError(ConflictError):
    """The month is not over yet: something may still be booked in it."""

    slug: ClassVar[str] = "period-open"


class RootNotFoundError(NotFoundError):
    """No root was published for the day."""

    slug: ClassVar[str] = "root-not-found"


class WorkNotFoundError(NotFoundError):
    """Nothing of that id is to be looked at, or not any more."""

    slug: ClassVar[str] = "work-not-found"


class WorkChangedError(ConflictError):
    """It is not what the clerk was shown any more."""

    slug: ClassVar[str] = "work-changed"


class WorkAlreadyHandledError(ConflictError):
    """Somebody else dealt with it, or for another reason."""

    slug: ClassVar[str] = "work-already-handled"


class WorkNotHandledError(ConflictError):
    """Nobody has dealt with it, or it closed by itself: there is nothing to take back."""

    slug: ClassVar[str] = "work-not-handled"


class ReconciliationNotConfiguredError(DomainError):
    """Nobody said where pagoPA publishes its flows."""

    slug: ClassVar[str] = "reconciliation-not-configured"
