"""Ledger, paying in instalments: plans, their notices, their one letter. Amounts are cents."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from clients.services.ledger import NoticeState
from clients.services.transport import Answer, Backend, Download, Nothing, Question

PlanState = Literal["open", "paid", "ended"]

_LEDGER: Final = "/api/ledger/v1"


class Instalment(Question):
    """To be paid by `due_date`."""

    due_date: date
    amount_cents: int


class PlanRequest(Question):
    """The same `plan_id` twice is one plan; `with_whole`: also a notice with which all of it is paid at once."""

    plan_id: str
    service: str
    instalments: tuple[Instalment, ...]
    with_whole: bool


class PlanCancellation(Question):
    """Why what is left of a plan is cancelled."""

    reason: str


class PlanNotice(Answer):
    """One notice of a plan."""

    notice_number: str
    amount_cents: int
    due_date: date
    state: NoticeState
    is_overdue: bool = False


class Plan(Answer):
    """A plan and its notices; `whole` pays all of it at once."""

    plan_id: str
    state: PlanState
    amount_cents: int
    issued_at: datetime
    whole: PlanNotice | None = None
    instalments: tuple[PlanNotice, ...]

    @property
    def paid(self) -> int:
        """How many instalments need not be paid any more, however that came."""
        if self.state == "paid":
            return len(self.instalments)
        return sum(each.state == "paid" for each in self.instalments)


class Plans(Answer):
    """Plans, newest first."""

    items: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Instalments:
    """Calls for families and clerks; each may raise ServiceProblem."""

    backend: Backend

    async def own(self) -> tuple[Plan, ...]:
        return (await self.backend.read(f"{_LEDGER}/plans", Plans)).items

    async def plan(self, plan_id: str) -> Plan:
        return await self.backend.read(f"{_LEDGER}/plans/{plan_id}", Plan)

    async def ask(self, request: PlanRequest) -> Plan:
        return await self.backend.send("POST", f"{_LEDGER}/plans", Plan, request)

    async def letter(self, plan_id: str) -> Download:
        return await self.backend.download(f"{_LEDGER}/plans/{plan_id}/letter.pdf")

    async def of_account(self, account_id: str) -> tuple[Plan, ...]:
        return (await self.backend.read(f"{_LEDGER}/accounts/{account_id}/plans", Plans)).items

    async def ask_for(self, account_id: str, request: PlanRequest) -> Plan:
        return await self.backend.send("POST", f"{_LEDGER}/accounts/{account_id}/instalments", Plan, request)

    async def cancel(self, plan_id: str, cancellation: PlanCancellation) -> None:
        await self.backend.send("POST", f"{_LEDGER}/plans/{plan_id}/cancel", Nothing, cancellation)
