"""What the rules of this service refuse."""

from __future__ import annotations

from refettorio_chassis.errors import ConflictError, DomainError


class AudienceEmptyError(DomainError):
    """A communication addressed to nobody: most often a wrong class or school code."""

    slug = "audience-empty"


class AudienceIncompleteError(DomainError):
    """A service, school or class was meant and not named, or one was named where nobody asked."""

    slug = "audience-incomplete"


class ChannelUnavailableError(DomainError):
    """The municipality has no contract for that channel: promising a message there would be a lie."""

    slug = "channel-unavailable"


class EnrolmentUnknownError(ConflictError):
    """A move or an end of an enrolment that was never told to this service."""

    slug = "enrolment-unknown"
