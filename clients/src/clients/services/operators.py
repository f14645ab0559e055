"""Operators of the tablets at the identity service, for the office."""

from dataclasses import dataclass
from datetime import datetime

from clients.services.transport import Answer, Backend, Nothing, Question

OPERATORS = "/api/identity/v1/operators"


class Operator(Answer):
    """`state`: `ready`, `waiting`, `expired` or `locked`; `is_staff`: whether the canteen role holds today."""

    operator_id: str
    fiscal_code: str
    name: str
    state: str
    locked_until: datetime | None = None
    is_staff: bool = True


class OperatorList(Answer):
    """The operators, by name."""

    items: tuple[Operator, ...]


class NewOperator(Question):
    """A person of the canteen staff, and how the tablet calls them."""

    fiscal_code: str
    name: str


class OperatorCode(Answer):
    """The one-time code to choose a PIN with, until `expires_at`."""

    operator_id: str
    name: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Operators:
    """Calls to the identity service; each may raise ServiceProblem."""

    backend: Backend

    async def every(self) -> tuple[Operator, ...]:
        return (await self.backend.read(OPERATORS, OperatorList)).items

    async def name(self, operator: NewOperator) -> OperatorCode:
        return await self.backend.send("POST", OPERATORS, OperatorCode, operator)

    async def renew_code(self, operator_id: str) -> OperatorCode:
        return await self.backend.send("POST", f"{OPERATORS}/{operator_id}/code", OperatorCode)

    async def unlock(self, operator_id: str) -> None:
        await self.backend.send("POST", f"{OPERATORS}/{operator_id}/unlock", Nothing)

    async def end(self, operator_id: str) -> None:
        await self.backend.send("DELETE", f"{OPERATORS}/{operator_id}", Nothing)
