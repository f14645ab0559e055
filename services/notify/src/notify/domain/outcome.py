"""What a provider did with a message. The three call for different next steps, so they are different types."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider has it. `reference` is the provider's name for it; `segments` how many SMS it cost."""

    reference: str
    segments: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Not now: trying again later may help. `reason` carries no address."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Never: the address or the message is wrong. `reason` carries no address."""

    reason: str


Outcome = Accepted | Deferred | Refused
