"""What the decisions of the office need from the world, besides the book."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.refunds import Refund, RefundBatch, RefundState
from ledger.domain.tariffs import TariffAssignment
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import Audit


class Refunds(Protocol):
    """Requests and the files made of them."""

    async def refund(self, refund_id: str) -> Refund | None: ...
    async def open_refund(self, account_id: str) -> Refund | None:
        """The one still to be decided."""
        ...

    async def keep_refund(self, refund: Refund) -> None: ...
    async def refunds_in(self, state: RefundState) -> Sequence[Refund]:
        """Oldest first."""
        ...

    async def batch(self, batch_id: str) -> RefundBatch | None: ...
    async def keep_batch(self, batch: RefundBatch) -> None: ...


class Enrolments(Protocol):
    """Who pays for whom."""

    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPorts:
    """The world of one decision. `checked_iban` gives it compact or raises IbanNotValidError."""

    world: Ports
    audit: Audit
    refunds: Refunds
    enrolments: Enrolments
    checked_iban: Callable[[str], str]
    new_id: Callable[[str], str]
