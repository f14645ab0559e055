"""What is decided at the desk: the stores in memory, and the scenarios played on them and on MongoDB."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from ledger.domain.refunds import Refund, RefundBatch, RefundState
from ledger.domain.tariffs import TariffAssignment
from ledger.outbound.refunds import checked_iban
from ledger.usecases.decision_ports import DecisionPorts
from refettorio_chassis.audit import Actor, AuditLine
from refettorio_chassis.clock import FixedClock
from tests.support.ledger_memory import MemoryLedger, MemoryStore, _copied
from tests.support.ledger_scenarios import Bench

T = TypeVar("T")
Q = ParamSpec("Q")

CLERK = Actor(subject="stf_1", role="office")
FAMILY = Actor(subject="gua_1", role="guardian")


class DecisionBench(Bench, Protocol):
    """A ledger with its desk."""

    async def decide(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any: ...
    async def audited(self) -> Sequence[str]:
        """What was done, in order."""
        ...


@dataclass
class DeskState:
    """What the desk stores."""

    refunds: dict[str, Refund] = field(default_factory=dict)
    batches: dict[str, RefundBatch] = field(default_factory=dict)
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


class MemoryOffice(MemoryLedger):
    """The ledger in memory, with its desk."""

    def __init__(self, clock: FixedClock | None = None) -> None:
        super().__init__(clock)
        self.desk = DeskState()

    async def decide(
        self, usecase: Callable[Concatenate[DecisionPorts, Q], Awaitable[T]], *args: Q.args, **kwargs: Q.kwargs
    ) -> T:
        attempt = _copied(self.state)
        desk = DeskState(**{name: _copy(value) for name, value in vars(self.desk).items()})
        result = await usecase(self.decisions_on(MemoryDesk(desk, MemoryStore(attempt)), attempt), *args, **kwargs)
        self.state, self.desk = attempt, desk
        return result

    def decisions_on(self, desk: MemoryDesk, state: Any) -> DecisionPorts:
        return DecisionPorts(
            world=self.ports_on(state),
            audit=desk.audit,
            refunds=desk,
            enrolments=desk,
            checked_iban=checked_iban,
            new_id=desk.new_id,
        )

    async def audited(self) -> Sequence[str]:
        return [line.what for line in self.desk.audit]


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list) else value
