"""Ledger, debts: who is reminded and why not, what an officer decides, the switch of the payment network."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clients.services.instalments import Instalment, Plan
from clients.services.transport import Answer, Backend, Nothing, Question

_LEDGER: Final = "/api/ledger/v1"


class Debtor(Answer):
    """How the reminders of one debt stand; `suspended` says why nobody reminds it now."""

    account_id: str
    debt_cents: int
    debt_since: date
    step: int
    last_on: date | None = None
    due_date: date | None = None
    next_on: date | None = None
    suspended: str | None = None
    is_due: bool = False


class Debtors(Answer):
    """Every account in debt."""

    items: tuple[Debtor, ...]


class DunningRun(Answer):
    """What one run did."""

    debtors: int
    reminded: int
    suspended: int


class Network(Answer):
    """Since when the payment network is down; None while it is up."""

    down_since: datetime | None = None


class NetworkSwitch(Question):
    """Down from now, or up again."""

    down: bool
    reason: str


class DebtPlan(Question):
    """The instalments cover the debt exactly; the same `plan_id` twice is one plan.

    `with_whole`: also a notice with which all of it is paid at once.
    """

    plan_id: str
    instalments: tuple[Instalment, ...]
    with_whole: bool
    reason: str


class Relief(Question):
    """Nobody is reminded up to `until`, inside: the social services asked for it."""

    until: date
    reason: str


class WriteOff(Question):
    """A debt the municipality gives up; the same `write_off_id` twice is one."""

    write_off_id: str
    amount_cents: int
    reason: str


class Part(Answer):
    """One instalment, as it was decided."""

    due_date: date
    amount_cents: int


class Arrangement(Answer):
    """A decision about a debt; a plan has its notices."""

    arrangement_id: str
    kind: str
    reason: str
    decided_at: datetime
    until: date | None = None
    amount_cents: int = 0
    instalments: tuple[Part, ...] = ()
    plan: Plan | None = None


class Arrangements(Answer):
    """Decisions, newest first."""

    items: tuple[Arrangement, ...]


@dataclass(frozen=True, slots=True)
class Dunning:
    """Calls for clerks; each may raise ServiceProblem."""

    backend: Backend

    async def debtors(self) -> tuple[Debtor, ...]:
        return (await self.backend.read(f"{_LEDGER}/dunning", Debtors)).items

    async def run(self) -> DunningRun:
        """Remind whoever is due; run again the same day, nobody is reminded twice."""
        return await self.backend.send("POST", f"{_LEDGER}/dunning/run", DunningRun)

    async def network(self) -> Network:
        return await self.backend.read(f"{_LEDGER}/switches/payment-network-down", Network)

    async def switch(self, switch: NetworkSwitch) -> None:
        await self.backend.send("POST", f"{_LEDGER}/switches/payment-network-down", Nothing, switch)

    async def arrangements(self, account_id: str) -> tuple[Arrangement, ...]:
        return (await self.backend.read(f"{_LEDGER}/accounts/{account_id}/arrangements", Arrangements)).items

    async def plan(self, account_id: str, plan: DebtPlan) -> None:
        await self.backend.send("POST", f"{_LEDGER}/accounts/{account_id}/plans", Nothing, plan)

    async def exempt(self, account_id: str, relief: Relief) -> None:
        await self.backend.send("POST", f"{_LEDGER}/accounts/{account_id}/exemptions", Nothing, relief)

    async def write_off(self, account_id: str, write_off: WriteOff) -> None:
        await self.backend.send("POST", f"{_LEDGER}/accounts/{account_id}/write-offs", Nothing, write_off)
