"""Delegations: those a guardian has given, and those a person has received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from identity.domain.delegation import DELEGABLE, Delegation, latest_last_day
from identity.domain.errors import GuardianUnknownError
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.roles import GUARDIAN
from identity.usecases.authorise_delegate import authorise_delegate
from identity.usecases.ports import Ports
from identity.usecases.revoke_delegation import revoke_delegation
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.transaction import Runner

Person = Annotated[Caller, Depends(caller_with(GUARDIAN))]
"""Nobody who acts for them: delegations are a person's own."""


class NewDelegation(BaseModel):
    """Scopes as `choices` tells them; `see` is always among them. `last_day` is a Rome day, inclusive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fiscal_code: str = Field(min_length=11, max_length=22)
    scopes: list[str] = Field(max_length=10)
    last_day: date


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)


class GivenItem(_Given):
    """`state`: `active`, `expired` or `revoked`. The delegate is known by their fiscal code, as it was typed."""

    delegation_id: str
    fiscal_code: str
    scopes: list[str]
    given_at: datetime
    last_day: date
    state: str


class ReceivedItem(_Given):
    """`guardian_name`: for whom one may act."""

    delegation_id: str
    guardian_name: str
    scopes: list[str]
    given_at: datetime
    last_day: date
    state: str


class DelegationChoices(_Given):
    """What can be given, and to which day at most."""

    scopes: list[str]
    latest_last_day: date


class DelegationList(_Given):
    """The latest first."""

    given: list[GivenItem]
    received: list[ReceivedItem]
    choices: DelegationChoices


class Reading(Protocol):
    """What these routes read."""

    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def delegations_given_by(self, guardian_id: str) -> Sequence[Delegation]: ...
    async def delegations_received_by(self, delegate: FiscalCode) -> Sequence[Delegation]: ...


def delegations_router(run: Runner[Ports], reading: Reading, clock: Clock) -> APIRouter:
    """`/api/identity/v1/me/delegations`."""
    own = OwnDelegations(reading, clock)
    router = APIRouter(prefix="/api/identity/v1/me/delegations", tags=["delegations"])

    @router.get("")
    async def delegations(caller: Person) -> DelegationList:
        """What the caller gave and received."""
        person = await reading.guardian(caller.subject)
        if person is None:
            raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
        latest = latest_last_day(rome_day(clock.now()))
        return DelegationList(
            given=await own.given_by(person),
            received=await own.received_by(person),
            choices=DelegationChoices(scopes=list(DELEGABLE), latest_last_day=latest),
        )

    @router.post("", status_code=HTTPStatus.CREATED)
    async def authorise(wanted: NewDelegation, caller: Person) -> GivenItem:
        """Let an adult act for the caller; given again to the same person, it is changed."""
        made = await run(
            authorise_delegate,
            code=wanted.fiscal_code,
            scopes=wanted.scopes,
            last_day=wanted.last_day,
            by=caller.acting_as(GUARDIAN),
        )
        return _given(made, rome_day(clock.now()))

    @router.delete("/{delegation_id}", status_code=HTTPStatus.NO_CONTENT)
    async def revoke(delegation_id: str, caller: Person) -> None:
        """Take back one that was given, or give up one that was received."""
        await run(revoke_delegation, delegation_id=delegation_id, by=caller.acting_as(GUARDIAN))

    return router


class OwnDelegations:
    """The delegations of one person, as the API gives them."""

    def __init__(self, reading: Reading, clock: Clock) -> None:
        self._reading = reading
        self._clock = clock

    async def given_by(self, person: Guardian) -> list[GivenItem]:
        """Those over too."""
        today = rome_day(self._clock.now())
        return [_given(each, today) for each in await self._reading.delegations_given_by(person.guardian_id)]

    async def received_by(self, person: Guardian) -> list[ReceivedItem]:
        """Those over too."""
        today = rome_day(self._clock.now())
        found = await self._reading.delegations_received_by(person.fiscal_code)
        return [await _received(each, self._reading, today) for each in found]


def _state(delegation: Delegation, today: date) -> str:
    if delegation.revoked_at is not None:
        return "revoked"
    return "active" if delegation.holds(today) else "expired"


def _given(delegation: Delegation, today: date) -> GivenItem:
    return GivenItem(
        delegation_id=delegation.delegation_id,
        fiscal_code=delegation.delegate,
        scopes=_in_order(delegation),
        given_at=delegation.given_at,
        last_day=delegation.last_day,
        state=_state(delegation, today),
    )


async def _received(delegation: Delegation, reading: Reading, today: date) -> ReceivedItem:
    guardian = await reading.guardian(delegation.guardian_id)
    return ReceivedItem(
        delegation_id=delegation.delegation_id,
        guardian_name=guardian.full_name if guardian else "",
        scopes=_in_order(delegation),
        given_at=delegation.given_at,
        last_day=delegation.last_day,
        state=_state(delegation, today),
    )


def _in_order(delegation: Delegation) -> list[str]:
    return [scope for scope in DELEGABLE if scope in delegation.scopes]
