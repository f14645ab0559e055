"""Flows and the worklist in memory: the fake that passes the same scenarios as MongoDB."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from ledger.domain.flows import Flow, JudgedLine, Outcome, PaymentKey
from ledger.domain.receipts import KeptReceipt, ReceiptState
from ledger.domain.worklist import FLOW_LATE_AFTER, Handled, Standing, Work, work_of_line, work_of_receipt, worst
from ledger.usecases.reconciling_ports import FlowLineIn, ReconcilingPorts
from refettorio_chassis.clock import FixedClock
from tests.support.ledger_memory import MemoryLedger, State
from tests.support.memory_transactions import begun, committed

T = TypeVar("T")
Q = ParamSpec("Q")

SETTLED = {ReceiptState.KEPT, ReceiptState.CREDITED, ReceiptState.UNMATCHED}


@dataclass
class FlowState:
    """What reconciliation stores."""

    revisions: dict[str, int] = field(default_factory=dict)
    lines: dict[str, FlowLineIn] = field(default_factory=dict)
    reconciled: dict[str, datetime] = field(default_factory=dict)
    handled: dict[str, Handled] = field(default_factory=dict)


class MemoryFlows:
    """Both ports of reconciliation on one state."""

    def __init__(self, state: FlowState, ledger: State) -> None:
        self.state = state
        self._ledger = ledger

    async def revision_of(self, flow_key: str) -> int | None:
        return self.state.revisions.get(flow_key)

    async def keep_flow(self, flow: Flow, lines: Sequence[JudgedLine], *, taken_at: datetime) -> None:
        key = flow.head.key
        self.state.revisions[key] = flow.head.revision
        for line_id in [name for name, line in self.state.lines.items() if line.flow_key == key]:
            del self.state.lines[line_id]
        for judged in lines:
            self.state.lines[f"{key}/{judged.line.index}"] = FlowLineIn(flow_key=key, judged=judged)

    async def lines_of(self, iur: str) -> Mapping[str, FlowLineIn]:
        return {name: line for name, line in self.state.lines.items() if line.judged.line.key.iur == iur}

    async def rejudge(self, line_id: str, judged: JudgedLine) -> None:
        self.state.lines[line_id] = replace(self.state.lines[line_id], judged=judged)

    async def name_lines(self, limit: int) -> int:
        return 0

    async def named_elsewhere(self, iurs: Collection[str], flow_key: str) -> Collection[PaymentKey]:
        others = [line.judged for line in self.state.lines.values() if line.flow_key != flow_key]
        return {each.line.key for each in others if each.line.key.iur in iurs and each.outcome is not Outcome.REVOKED}

    async def matched(self, iurs: Collection[str]) -> Collection[PaymentKey]:
        found = [line.judged for line in self.state.lines.values() if line.judged.outcome is Outcome.MATCHED]
        return {each.line.key for each in found if each.line.key.iur in iurs}

    async def receipts(self, receipt_ids: Collection[str]) -> Mapping[str, KeptReceipt]:
        return {name: self._ledger.receipts[name] for name in receipt_ids if name in self._ledger.receipts}

    async def reconciled(self, receipt_id: str, at: datetime) -> bool:
        is_new = receipt_id not in self.state.reconciled
        self.state.reconciled.setdefault(receipt_id, at)
        return is_new

    async def work(self, work_id: str, *, late_before: datetime) -> Work | None:
        for late in self._without_flow(late_before):
            if late.work_id == work_id:
                return late
        lines = [line for line in self.state.lines.values() if self._work(line).work_id == work_id]
        judged = worst(line.judged for line in lines)
        return work_of_line(lines[0].flow_key, judged) if judged else None

    async def said_of(self, work_id: str) -> tuple[Handled, ...]:
        found = [mark for mark in self.state.handled.values() if mark.work.work_id == work_id]
        return tuple(sorted(found, key=lambda mark: (mark.at, mark.handled_id)))

    async def standing_over(self, flow_key: str, iurs: Collection[str]) -> Sequence[Handled]:
        return [mark for mark in self._standing() if mark.work.flow == flow_key or mark.work.iur in iurs]

    async def keep(self, mark: Handled) -> None:
        self.state.handled[mark.handled_id] = mark

    async def to_look_at(self, *, late_before: datetime, limit: int) -> Sequence[Work]:
        handled = {mark.work.work_id for mark in self._standing()}
        lines = [self._work(line) for _, line in sorted(self.state.lines.items())]
        open_lines = [work for work in lines if work.kind != Outcome.MATCHED and work.work_id not in handled]
        late = [work for work in self._without_flow(late_before) if work.work_id not in handled]
        return open_lines[:limit] + late[:limit]

    async def handled(self, limit: int) -> Sequence[Handled]:
        return sorted(self.state.handled.values(), key=lambda mark: mark.at, reverse=True)[:limit]

    def _standing(self) -> list[Handled]:
        return [mark for mark in self.state.handled.values() if mark.standing is Standing.HANDLED]

    def _without_flow(self, before: datetime) -> list[Work]:
        named = {line.judged.line.key.iur for line in self.state.lines.values()} | self.state.reconciled.keys()
        late = [
            receipt
            for receipt in self._ledger.receipts.values()
            if receipt.receipt_id not in named and receipt.state in SETTLED and receipt.paid_at < before
        ]
        return [work_of_receipt(receipt) for receipt in sorted(late, key=lambda each: each.paid_at)]

    @staticmethod
    def _work(line: FlowLineIn) -> Work:
        return work_of_line(line.flow_key, line.judged)


class MemoryReconciliation(MemoryLedger):
    """The ledger in memory, with its flows."""

    def __init__(self, clock: FixedClock | None = None) -> None:
        super().__init__(clock)
        self.flows = FlowState()

    async def reconcile(
        self, usecase: Callable[Concatenate[ReconcilingPorts, Q], Awaitable[T]], *args: Q.args, **kwargs: Q.kwargs
    ) -> T:
        ledger, flows = begun(self.state), begun(self.flows)
        store = MemoryFlows(flows.state, ledger.state)
        ports = ReconcilingPorts(world=self.ports_on(ledger.state), flows=store, worklist=store)
        result = await usecase(ports, *args, **kwargs)
        self.state, self.flows = committed(ledger, self.state), committed(flows, self.flows)
        return result

    async def open_list(self) -> Sequence[Work]:
        late = self.clock.now() - FLOW_LATE_AFTER
        return await MemoryFlows(self.flows, self.state).to_look_at(late_before=late, limit=100)

    async def handled(self) -> Sequence[Handled]:
        return await MemoryFlows(self.flows, self.state).handled(100)

    async def audited(self) -> Sequence[str]:
        return [line.what for line in self.state.audited]
