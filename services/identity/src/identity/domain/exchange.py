"""The register of what we and the identity providers wrote to each other: who must answer for an act can be found.

Source: DPCM 24 October 2014, art. 13: requests and responses are kept for 24 months; SPID technical rules, 4.2
(*tracciature*): confidential, unaltered. CIE follows the same. Messages name people; everything else here does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from identity.domain.sign_in import Scheme

KEPT_FOR: Final = timedelta(days=731)
"""24 months, whichever they are: one of two years may have 366 days."""
UNANSWERED_KEPT_FOR: Final = timedelta(days=1)
"""A request that nobody answered let nobody in."""

Kind = Literal["sign-in", "sign-out"]
Begun = Literal["us", "provider"]
Messages = Mapping[str, bytes]
"""By what they are, `request` and `response`: the XML, or the query of a redirect with its signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a response brought. `outcome`: `signed-in`, `complete`, `partial`, or the rule that was broken."""

    answered_at: datetime
    outcome: str
    response_id: str | None = None
    assertion_id: str | None = None
    guardian_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came of it; no answer, no outcome. The IDs but the first are those inside the messages."""

    exchange_id: str
    request_id: str
    kind: Kind
    begun_by: Begun
    scheme: Scheme
    provider: str
    started_at: datetime
    answered_at: datetime | None = None
    outcome: str | None = None
    response_id: str | None = None
    assertion_id: str | None = None
    guardian_id: str | None = None

    def answered(self, answer: Answer) -> Exchange:
        """The same once its response came. Whom it is about stays, where it was known before."""
        known = {name: value for name, value in asdict(answer).items() if value is not None}
        return replace(self, **known)


class OurRequest(Protocol):
    """A sign-in or a sign-out on its way."""

    @property
    def request_id(self) -> str: ...
    @property
    def scheme(self) -> Scheme: ...
    @property
    def provider(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...


def begun_by_us(exchange_id: str, kind: Kind, request: OurRequest, *, guardian_id: str | None = None) -> Exchange:
    """The exchange of a request of ours that leaves now."""
    return Exchange(
        exchange_id=exchange_id,
        request_id=request.request_id,
        kind=kind,
        begun_by="us",
        scheme=request.scheme,
        provider=request.provider,
        started_at=request.started_at,
        guardian_id=guardian_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSearch:
    """What an auditor looks for; what is None does not matter. `since` counts, `until` does not.

    `after`: the last exchange already shown; what is further down the list than it. `merged`: other records of the
    person `guardian_id`, whose exchanges are theirs too.
    """

    guardian_id: str | None = None
    merged: tuple[str, ...] = ()
    request_id: str | None = None
    provider: str | None = None
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: Exchange | None = None
    limit: int = 100
