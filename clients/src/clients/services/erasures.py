"""Requests of erasure at the identity service: a person's own, and those the office has to answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clients.services.transport import Answer, Backend, Nothing, Question

OWN: Final = "/api/identity/v1/me/erasure-requests"
WAITING: Final = "/api/identity/v1/erasure-requests"


class OwnErasure(Answer):
    """`state`: `open`, `withdrawn`, `granted` or `refused`; the answer is due by `answer_by`."""

    request_id: str
    asked_at: datetime
    answer_by: date
    state: str
    reason: str | None = None
    decided_at: datetime | None = None


class OwnErasureList(Answer):
    """The latest first."""

    items: tuple[OwnErasure, ...]


class WaitingErasure(Answer):
    """One that waits for its answer; `is_mine`: the clerk asked it and cannot answer it."""

    request_id: str
    guardian_id: str
    given_name: str
    family_name: str
    fiscal_code: str
    asked_at: datetime
    answer_by: date
    is_mine: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class WaitingErasureList(Answer):
    """The one to answer first before the others."""

    items: tuple[WaitingErasure, ...]


class Decision(Question):
    """The person reads the reason."""

    is_granted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Erasures:
    """Each call may raise ServiceProblem."""

    backend: Backend

    async def mine(self) -> tuple[OwnErasure, ...]:
        return (await self.backend.read(OWN, OwnErasureList)).items

    async def ask(self) -> None:
        await self.backend.send("POST", OWN, Nothing)

    async def withdraw(self, request_id: str) -> None:
        await self.backend.send("DELETE", f"{OWN}/{request_id}", Nothing)

    async def waiting(self) -> tuple[WaitingErasure, ...]:
        return (await self.backend.read(WAITING, WaitingErasureList)).items

    async def decide(self, request_id: str, decision: Decision) -> None:
        await self.backend.send("PUT", f"{WAITING}/{request_id}/decision", Nothing, decision)
