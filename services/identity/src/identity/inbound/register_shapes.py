"""What the register's API takes and gives, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))]
"""An instant that every zone and database can hold."""


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)


class RegisterSearch(_Taken):
    """What an auditor looks for, and why. `since` counts, `until` does not; both are aware instants.

    `after`: the `exchange_id` of the last one on the page before.
    """

    reason: Reason
    fiscal_code: str | None = Field(default=None, min_length=11, max_length=16)
    guardian_id: str | None = Field(default=None, max_length=80)
    request_id: str | None = Field(default=None, max_length=300)
    provider: str | None = Field(default=None, max_length=1000)
    kind: Literal["sign-in", "sign-out"] | None = None
    since: Moment | None = None
    until: Moment | None = None
    after: str | None = Field(default=None, max_length=80)
    limit: int = Field(default=100, ge=1, le=500)


class Reading(_Taken):
    """Why an auditor reads the messages of an exchange."""

    reason: Reason


class ExchangeItem(_Given):
    """One request and what came of it. `begun_by`: `us` or `provider`; no `outcome` while no response came."""

    exchange_id: str
    request_id: str
    kind: str
    begun_by: str
    scheme: str
    provider: str
    started_at: datetime
    answered_at: datetime | None
    outcome: str | None
    response_id: str | None
    assertion_id: str | None
    guardian_id: str | None


class ExchangeList(_Given):
    """The latest first; `are_more`: there is a next page."""

    items: list[ExchangeItem]
    are_more: bool


class MessageItem(_Given):
    """`name`: `request` or `response`. `as_sent`: base64 of what travelled; `document`: its XML, to be read."""

    name: str
    as_sent: str
    document: str


class ExchangeWithMessages(_Given):
    """What was written, as it travelled."""

    exchange: ExchangeItem
    messages: list[MessageItem]
