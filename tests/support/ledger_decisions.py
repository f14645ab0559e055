"""What is decided at the desk: the stores in memory, and the scenarios played on them and on MongoDB."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from ledger.domain.accounts import Account
from ledger.domain.dunning import Arrangement, DunningCase, DunningStep
from ledger.domain.notices import Notice, NoticeState
from ledger.domain.refunds import Refund, RefundBatch, RefundState
from ledger.domain.tariffs import TariffAssignment
from ledger.domain.transfers import Kind
from ledger.domain.year_close import YearClosing, YearLine
from ledger.outbound.refunds import checked_iban
from ledger.usecases.decision_ports import DecisionPorts, DunningPolicy
from ledger.usecases.ports import StatementSpan
from refettorio_chassis.audit import Actor, AuditLine
from refettorio_chassis.clock import FixedClock, rome_day
from refettorio_chassis.errors import DomainError
from tests.support.ledger_memory import MemoryLedger, MemoryStore, State
from tests.support.ledger_scenarios import Bench
from tests.support.ledger_stage import Stage
from tests.support.memory_transactions import Attempt, WriteConflictError, begun, committed

T = TypeVar("T")
Q = ParamSpec("Q")

CLERK = Actor(subject="stf_1", role="office")
CHIEF = Actor(subject="stf_2", role="office")
DUNNING = DunningPolicy(
    steps=(
        DunningStep(after_days=15, term_days=15, minimum_cents=500),
        DunningStep(after_days=30, term_days=30, minimum_cents=500, fee_cents=530),
    )
)
FAMILY = Actor(subject="gua_1", role="guardian")


class DecisionBench(Bench, Protocol):
    """A ledger with its desk."""

    async def decide(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any: ...
    async def at_once(self, *calls: Callable[[DecisionPorts], Awaitable[Any]]) -> list[Any]:
        """Decisions taken at the same moment: what each returned, or the rule that refused it."""
        ...

    async def audited(self) -> Sequence[str]:
        """What was done, in order."""
        ...


@dataclass
class DeskState:
    """What the desk stores."""

    refunds: dict[str, Refund] = field(default_factory=dict)
    batches: dict[str, RefundBatch] = field(default_factory=dict)
    closings: dict[str, YearClosing] = field(default_factory=dict)
    lines: dict[tuple[str, str], YearLine] = field(default_factory=dict)
    cases: dict[str, DunningCase] = field(default_factory=dict)
    arrangements: dict[str, Arrangement] = field(default_factory=dict)
    in_flight: dict[str, datetime] = field(default_factory=dict)
    network_down: datetime | None = None
    audit: list[AuditLine] = field(default_factory=list)
    last_id: int = 0


class MemoryDesk:
    """Every port of the decisions on one state."""

    def __init__(self, state: DeskState, store: MemoryStore) -> None:
        self.state = state
        self._store = store

    async def audit(self, line: AuditLine) -> None:
        self.state.audit.append(line)

    def new_id(self, prefix: str) -> str:
        self.state.last_id += 1
        return f"{prefix}_{self.state.last_id:032x}"

    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]:
        return await self._store.assignments_of(account_ids)

    async def refund(self, refund_id: str) -> Refund | None:
        return self.state.refunds.get(refund_id)

    async def open_refund(self, account_id: str) -> Refund | None:
        found = await self.refunds_in(RefundState.REQUESTED)
        return next((refund for refund in found if refund.account_id == account_id), None)

    async def keep_refund(self, refund: Refund) -> None:
        self.state.refunds[refund.refund_id] = refund

    async def refunds_in(self, state: RefundState) -> Sequence[Refund]:
        return [refund for refund in self.state.refunds.values() if refund.state is state]

    async def batch(self, batch_id: str) -> RefundBatch | None:
        return self.state.batches.get(batch_id)

    async def keep_batch(self, batch: RefundBatch) -> None:
        self.state.batches[batch.batch_id] = batch

    async def holders(self) -> int:
        return len(await self._store.holder_accounts())

    async def holders_after(self, account_id: str | None, limit: int) -> Sequence[Account]:
        every = await self._store.holder_accounts()
        return [account for account in every if account_id is None or account.account_id > account_id][:limit]

    async def closing(self, school_year: str) -> YearClosing | None:
        return self.state.closings.get(school_year)

    async def keep_closing(self, closing: YearClosing) -> None:
        self.state.closings[closing.school_year] = closing

    async def settled_among(self, school_year: str, account_ids: Collection[str]) -> Collection[str]:
        return {account_id for account_id in account_ids if (school_year, account_id) in self.state.lines}

    async def keep_lines(self, lines: Sequence[YearLine]) -> None:
        for line in lines:
            assert (line.school_year, line.account_id) not in self.state.lines
            self.state.lines[line.school_year, line.account_id] = line

    async def last_line(self, account_id: str) -> YearLine | None:
        mine = [line for line in self.state.lines.values() if line.account_id == account_id]
        return max(mine, key=lambda line: line.school_year, default=None)

    async def debtors(self) -> Sequence[str]:
        return [account.account_id for account in await self._store.accounts_in_debt()]

    async def debt_since(self, account_id: str) -> date:
        since = None
        for posted in await self._store.statement(account_id, StatementSpan()):
            if posted.leg_of(account_id).balance_after_cents >= 0:
                break
            since = posted.booked_at
        assert since is not None
        return rome_day(since)

    async def case(self, account_id: str) -> DunningCase | None:
        return self.state.cases.get(account_id)

    async def keep_case(self, case: DunningCase) -> None:
        self.state.cases[case.account_id] = case

    async def arrangement(self, arrangement_id: str) -> Arrangement | None:
        return self.state.arrangements.get(arrangement_id)

    async def arrangements_of(self, account_id: str) -> Sequence[Arrangement]:
        mine = [each for each in self.state.arrangements.values() if each.account_id == account_id]
        return sorted(mine, key=lambda each: each.decided_at, reverse=True)

    async def keep_arrangement(self, arrangement: Arrangement) -> None:
        assert arrangement.arrangement_id not in self.state.arrangements
        self.state.arrangements[arrangement.arrangement_id] = arrangement

    async def paid_since(self, account_id: str, moment: datetime) -> int:
        return sum(
            posted.transfer.amount_cents
            for posted in await self._store.statement(account_id, StatementSpan())
            if posted.transfer.kind is Kind.TOP_UP and posted.booked_at >= moment
        )

    async def balance_at(self, account_id: str, moment: datetime) -> int:
        for posted in await self._store.statement(account_id, StatementSpan()):
            if posted.booked_at <= moment:
                return posted.leg_of(account_id).balance_after_cents
        return 0

    async def keep_beginning(self, notice: Notice, at: datetime) -> None:
        self.state.in_flight[notice.number] = at

    async def in_flight_cents(self, account_id: str, *, began_after: datetime) -> int:
        unpaid = [found for found in await self._store.notices_of(account_id) if found.state is NoticeState.PAYABLE]
        flying = self.state.in_flight
        return sum(each.amount_cents for each in unpaid if each.number in flying and flying[each.number] >= began_after)

    async def network_down_since(self) -> datetime | None:
        return self.state.network_down

    async def keep_network(self, down_since: datetime | None, *, by: str) -> None:
        self.state.network_down = down_since


class MemoryOffice(MemoryLedger):
    """The ledger in memory, with its desk."""

    def __init__(self, clock: FixedClock | None = None) -> None:
        super().__init__(clock)
        self.desk = DeskState()

    async def decide(
        self, usecase: Callable[Concatenate[DecisionPorts, Q], Awaitable[T]], *args: Q.args, **kwargs: Q.kwargs
    ) -> T:
        return await self._attempted(lambda ports: usecase(ports, *args, **kwargs), begun(self.state), begun(self.desk))

    async def at_once(self, *calls: Callable[[DecisionPorts], Awaitable[Any]]) -> list[Any]:
        outcomes: list[Any] = []
        for call, state, desk in [(call, begun(self.state), begun(self.desk)) for call in calls]:
            try:
                try:
                    outcomes.append(await self._attempted(call, state, desk))
                except WriteConflictError:
                    outcomes.append(await self.decide(call))
            except DomainError as refusal:
                outcomes.append(refusal)
        return outcomes

    async def _attempted(
        self, call: Callable[[DecisionPorts], Awaitable[T]], state: Attempt[State], desk: Attempt[DeskState]
    ) -> T:
        result = await call(self.decisions_on(MemoryDesk(desk.state, MemoryStore(state.state)), state.state))
        self.state, self.desk = committed(state, self.state), committed(desk, self.desk)
        return result

    def decisions_on(self, desk: MemoryDesk, state: State) -> DecisionPorts:
        return DecisionPorts(
            world=self.ports_on(state),
            audit=desk.audit,
            refunds=desk,
            enrolments=desk,
            closings=desk,
            dunning=desk,
            dunning_policy=DUNNING,
            checked_iban=checked_iban,
            new_id=desk.new_id,
        )

    async def audited(self) -> Sequence[str]:
        return [line.what for line in self.desk.audit]


class Office:
    """The wired ledger with its desk."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.clock = stage.clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stage, name)

    async def decide(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        return await self.stage.wiring.desk.decide(usecase, *args, **kwargs)

    async def at_once(self, *calls: Callable[[DecisionPorts], Awaitable[Any]]) -> list[Any]:
        return await asyncio.gather(*map(self.decide, calls), return_exceptions=True)

    async def audited(self) -> Sequence[str]:
        rows = await self.stage.wiring.base.transactions.view.collection("audit").find({}, sort=[("_id", 1)])
        return [row["what"] for row in rows]
