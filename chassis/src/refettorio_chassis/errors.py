"""Errors that know themselves: whether waiting helps, and what to tell the person. The edge turns them into HTTP."""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """A rule says no, and will say no again.

    `slug` is stable, for machines. `message` is plain Italian, for the person who asked. `values` explain it
    (JSON scalars, lists and dicts; never a name, a fiscal code or a contact).
    """

    slug: ClassVar[str] = "richiesta-rifiutata"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


class NotFoundError(DomainError):
    """There is no such thing, or none the caller may know of."""

    slug = "non-trovato"


class ConflictError(DomainError):
    """It contradicts what is already so."""

    slug = "conflitto"


class NotAllowedError(DomainError):
    """The caller is known and may not do this."""

    slug = "non-consentito"


class RetryLater(Exception):  # noqa: N818 - it says what to do, which is what its reader needs
    """Not now: an outside part does not answer. Waiting helps."""
