"""Ledger, the office's side of pagoPA: positions, payments nobody expected in their form. Amounts are cents."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from clients.services.ledger import Notice
from clients.services.transport import Answer, Backend, Nothing, Question

Action = Literal["leave-as-credit", "refund-due", "attach"]
ACTIONS: Final[tuple[Action, ...]] = ("leave-as-credit", "refund-due", "attach")

_LEDGER: Final = "/api/ledger/v1"


class Position(Notice):
    """A notice, and whose it is."""

    account_id: str
    service: str
    issued_at: datetime
    due_date: date


class Positions(Answer):
    """Positions, newest first."""

    items: tuple[Position, ...]


class Cancellation(Question):
    """Why a notice is cancelled; it stays in the register of what the office did."""

    reason: str


class Resolution(Answer):
    """What was decided about an anomaly, and when."""

    action: str
    reason: str
    at: datetime


class Anomaly(Answer):
    """A payment to look at; `anomaly` is its kind. Without an account nobody has been credited yet."""

    anomaly_id: str
    anomaly: str
    notice_number: str
    receipt_id: str
    account_id: str | None = None
    amount_cents: int
    paid_at: datetime
    stand_in: bool = False
    resolution: Resolution | None = None


class Anomalies(Answer):
    """Anomalies, newest first."""

    items: tuple[Anomaly, ...]


class AnomalyDecision(Question):
    """What to do with the money; the account is for money that is attached to one."""

    action: Action
    reason: str
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class PagoPa:
    """Calls for clerks; each may raise ServiceProblem."""

    backend: Backend

    async def positions(self, state: str = "") -> tuple[Position, ...]:
        """All of them without a state."""
        return (await self.backend.read(f"{_LEDGER}/positions", Positions, {"state": state})).items

    async def cancel(self, notice_number: str, cancellation: Cancellation) -> None:
        await self.backend.send("POST", f"{_LEDGER}/notices/{notice_number}/cancel", Nothing, cancellation)

    async def anomalies(self, *, resolved: bool = False) -> tuple[Anomaly, ...]:
        query = {"resolved": "true" if resolved else None}
        return (await self.backend.read(f"{_LEDGER}/anomalies", Anomalies, query)).items

    async def resolve(self, anomaly_id: str, decision: AnomalyDecision) -> None:
        await self.backend.send("POST", f"{_LEDGER}/anomalies/{anomaly_id}/resolve", Nothing, decision)
