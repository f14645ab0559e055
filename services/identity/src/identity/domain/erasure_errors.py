"""What can be wrong with a request of erasure."""

from __future__ import annotations

from refettorio_chassis.errors import ConflictError, NotAllowedError, NotFoundError


class ErasureWaitsError(ConflictError):
    """The person has asked already, and waits for the answer."""

    slug = "erasure-waits"


class ErasureUnknownError(NotFoundError):
    """No such request, or it is another person's."""

    slug = "erasure-unknown"


class ErasureOverError(ConflictError):
    """Taken back already, or answered otherwise."""

    slug = "erasure-over"


class OwnErasureError(NotAllowedError):
    """Nobody of the office answers what they asked themselves."""

    slug = "own-erasure"
