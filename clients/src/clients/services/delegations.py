"""Delegations given and received, and acting by one of them."""

from dataclasses import dataclass
from datetime import date, datetime

from clients.services.transport import Answer, Backend, Nothing, Question

ME = "/api/identity/v1/me"


class Given(Answer):
    """One the person gave; `state`: `active`, `expired` or `revoked`."""

    delegation_id: str
    fiscal_code: str
    scopes: tuple[str, ...]
    given_at: datetime
    last_day: date
    state: str


class Received(Answer):
    """One the person received; `guardian_name`: for whom they may act."""

    delegation_id: str
    guardian_name: str
    scopes: tuple[str, ...]
    given_at: datetime
    last_day: date
    state: str


class Choices(Answer):
    """What can be given, and to which day at most."""

    scopes: tuple[str, ...]
    latest_last_day: date


class DelegationList(Answer):
    """The latest first."""

    given: tuple[Given, ...]
    received: tuple[Received, ...]
    choices: Choices


class NewDelegation(Question):
    """To an adult, by fiscal code; `last_day` inclusive."""

    fiscal_code: str
    scopes: tuple[str, ...]
    last_day: date


class ByDelegation(Question):
    """The delegation to act by."""

    delegation_id: str


@dataclass(frozen=True, slots=True)
class Delegations:
    """Calls in the person's own name; each may raise ServiceProblem."""

    backend: Backend

    async def every(self) -> DelegationList:
        return await self.backend.read(f"{ME}/delegations", DelegationList)

    async def authorise(self, wanted: NewDelegation) -> None:
        await self.backend.send("POST", f"{ME}/delegations", Nothing, wanted)

    async def revoke(self, delegation_id: str) -> None:
        await self.backend.send("DELETE", f"{ME}/delegations/{delegation_id}", Nothing)

    async def act_by(self, delegation_id: str) -> None:
        await self.backend.send("PUT", f"{ME}/acting", Nothing, ByDelegation(delegation_id=delegation_id))

    async def stop_acting(self) -> None:
        await self.backend.send("DELETE", f"{ME}/acting", Nothing)
