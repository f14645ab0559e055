"""Ledger, pagoPA's flows against our receipts: what matches, what somebody must look at. Amounts are cents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clients.services.transport import Answer, Backend, Nothing, Question

_RECONCILIATION: Final = "/api/ledger/v1/reconciliation"


class Flow(Answer):
    """One bank transfer of a payment provider, as pagoPA explains it; `lines` counts its payments by outcome."""

    flow: str
    psp_id: str
    regulation: str
    regulation_day: date
    payments: int
    total_cents: int
    adds_up: bool
    lines: Mapping[str, int]


class Flows(Answer):
    """Flows, newest first."""

    items: tuple[Flow, ...]


class Work(Answer):
    """Something that does not match."""

    work_id: str
    kind: str
    flow: str | None = None
    iuv: str
    iur: str
    amount_cents: int
    expected_cents: int | None = None
    paid_at: datetime
    account_id: str | None = None


class Worklist(Answer):
    """Everything to look at."""

    items: tuple[Work, ...]


class Handled(Answer):
    """What a clerk said about something that does not match, and how it ended where it did; `work` is as they saw it.

    `standing`: `handled`, `taken-back`, or `overtaken` (closed by itself; `ended_because` says what it became).
    """

    work: Work
    by: str
    at: datetime
    reason: str
    standing: str
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_because: str | None = None


class HandledWork(Answer):
    """Everything that was said, newest first."""

    items: tuple[Handled, ...]


class Marking(Question):
    """What was dealt with, as it was shown, and how."""

    work_id: str
    kind: str
    reason: str


class TakingBack(Question):
    """What is to be looked at again, and why."""

    work_id: str
    reason: str


class Proof(Answer):
    """What receipts brought into the book, and what the receipts say: equal, or something is wrong."""

    ledger_cents: int
    receipts_cents: int
    holds: bool


class Run(Answer):
    """What one run did."""

    flows_taken: int
    receipts_found: int
    receipts_recovered: int
    missing: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Calls for clerks; each may raise ServiceProblem."""

    backend: Backend

    async def flows(self) -> tuple[Flow, ...]:
        return (await self.backend.read(f"{_RECONCILIATION}/flows", Flows)).items

    async def worklist(self) -> tuple[Work, ...]:
        return (await self.backend.read(f"{_RECONCILIATION}/worklist", Worklist)).items

    async def handled(self) -> tuple[Handled, ...]:
        return (await self.backend.read(f"{_RECONCILIATION}/worklist/handled", HandledWork)).items

    async def mark_handled(self, marking: Marking) -> None:
        """Said again by the same clerk it is the same."""
        await self.backend.send("POST", f"{_RECONCILIATION}/worklist/mark-handled", Nothing, marking)

    async def take_back(self, taking_back: TakingBack) -> None:
        await self.backend.send("POST", f"{_RECONCILIATION}/worklist/take-back", Nothing, taking_back)

    async def proof(self) -> Proof:
        return await self.backend.read(f"{_RECONCILIATION}/proof", Proof)

    async def run(self) -> Run:
        """Ask pagoPA for new flows now."""
        return await self.backend.send("POST", f"{_RECONCILIATION}/run", Run)
