"""What the API about operators takes and gives, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from identity.domain.operator import Operator
from identity.inbound.shapes import Name

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)


class NewOperator(_Taken):
    """A person of the canteen staff, and how the tablet calls them."""

    fiscal_code: str = Field(min_length=11, max_length=16)
    name: Name


class OperatorItem(_Given):
    """`state`: `ready`, `waiting` for the first PIN, `expired` when the code for it is over, `locked`.

    `is_staff`: whether the role of canteen staff holds today; without it no tablet opens.
    """

    operator_id: str
    fiscal_code: str
    name: str
    named_at: datetime
    state: str
    locked_until: datetime | None
    is_staff: bool


class OperatorList(_Given):
    """The operators, by name."""

    items: list[OperatorItem]


class OperatorCode(_Given):
    """The one-time code to choose a PIN; shown once, good until `expires_at`."""

    operator_id: str
    name: str
    code: str
    expires_at: datetime


class OperatorChoice(_Given):
    """An operator as the tablet shows them."""

    operator_id: str
    name: str
    state: str


class TabletSelf(_Given):
    """The tablet as it sees itself. `operator`: who holds it now; it locks after `idle_seconds` without a mark."""

    tablet_id: str
    name: str
    idle_seconds: int
    operator: OperatorChoice | None
    operators: list[OperatorChoice]


class TypedPin(_Taken):
    """Who, and the PIN they typed."""

    operator_id: Identifier
    pin: str = Field(min_length=1, max_length=20)


class ChosenPin(TypedPin):
    """Who, the PIN they chose, and the one-time code of the office."""

    code: str = Field(min_length=1, max_length=20)


def choice(operator: Operator, now: datetime) -> OperatorChoice:
    """As the tablet shows them."""
    return OperatorChoice(operator_id=operator.operator_id, name=operator.name, state=operator.state(now))


def operator_item(operator: Operator, now: datetime, *, is_staff: bool) -> OperatorItem:
    """As the office sees them."""
    return OperatorItem(
        operator_id=operator.operator_id,
        fiscal_code=operator.fiscal_code,
        name=operator.name,
        named_at=operator.named_at,
        state=operator.state(now),
        locked_until=operator.locked_until if operator.is_locked(now) else None,
        is_staff=is_staff,
    )
