"""What reconciliation needs from the world, besides the book."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.domain.flows import Flow, FlowHead, FlowLine, JudgedLine, PaymentKey
from ledger.domain.receipts import KeptReceipt, Receipt
from ledger.domain.worklist import Handled, Work
from ledger.usecases.ports import Ports


class Flows(Protocol):
    """Flows we took, and the receipts they are held against."""

    async def revision_of(self, flow_key: str) -> int | None: ...
    async def keep_flow(self, flow: Flow, lines: Sequence[JudgedLine], *, taken_at: datetime) -> None:
        """Replaces the earlier revision, lines and all."""
        ...

    async def lines_of(self, iur: str) -> Mapping[str, FlowLineIn]:
        """Every line of any flow that names the receipt, by the id it is kept under."""
        ...

    async def rejudge(self, line_id: str, judged: JudgedLine) -> None: ...
    async def name_lines(self, limit: int) -> int:
        """Give lines from before the worklist the name it knows them by; how many had none."""
        ...

    async def named_elsewhere(self, iurs: Collection[str], flow_key: str) -> Collection[PaymentKey]:
        """Keys of payments, not revoked, that other flows name."""
        ...

    async def matched(self, iurs: Collection[str]) -> Collection[PaymentKey]: ...
    async def receipts(self, receipt_ids: Collection[str]) -> Mapping[str, KeptReceipt]: ...
    async def reconciled(self, receipt_id: str, at: datetime) -> bool:
        """Mark it; False when it was before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLineIn:
    """A judged line and the flow it is in."""

    flow_key: str
    judged: JudgedLine


class Worklist(Protocol):
    """What does not match, and what the office said about it."""

    async def work(self, work_id: str, *, late_before: datetime) -> Work | None:
        """As it stands: a line of a flow, matched or not, or a receipt paid before `late_before` without a flow."""
        ...

    async def said_of(self, work_id: str) -> tuple[Handled, ...]:
        """Everything ever said, oldest first."""
        ...

    async def standing_over(self, flow_key: str, iurs: Collection[str]) -> Sequence[Handled]:
        """Standing marks on lines of the flow, and on whatever is about the receipts."""
        ...

    async def keep(self, mark: Handled) -> None:
        """Its thing leaves the open list while the mark stands, and is there again when it does not."""
        ...


class FlowSource(Protocol):
    """pagoPA, publishing flows. Everything raises RetryLater when it does not answer."""

    async def published_since(self, moment: datetime | None) -> Sequence[tuple[str, str, int]]:
        """Payment service provider, name and revision of each."""
        ...

    async def flow(self, psp_id: str, name: str, revision: int) -> Flow: ...


class ReceiptSource(Protocol):
    """pagoPA, keeping the receipts of all payments."""

    async def receipt(self, line: FlowLine) -> Receipt | None:
        """None when it has none. Raises RetryLater."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilingPorts:
    """The world of one transaction."""

    world: Ports
    flows: Flows
    worklist: Worklist


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFlow:
    """A flow as it was taken, for pages."""

    head: FlowHead
    adds_up: bool
    taken_at: datetime
    outcomes: Mapping[str, int]
