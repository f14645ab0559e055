"""Ledger, credit that leaves an account: refunds, the files for the bank, moves between holders. Amounts are cents."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clients.services.transport import Answer, Backend, Download, Nothing, Question

_LEDGER: Final = "/api/ledger/v1"


class Refund(Answer):
    """A request; of the IBAN only the ends. `may_approve`: it waits, and who looks may approve it (four eyes)."""

    refund_id: str
    account_id: str
    iban_masked: str
    amount_cents: int
    reason: str
    state: str
    requested_at: datetime
    decision_reason: str | None = None
    batch_id: str | None = None
    may_approve: bool = False


class RefundList(Answer):
    """Requests, newest first."""

    items: tuple[Refund, ...]


class RefundRequest(Question):
    """Where to pay; without an amount all that is left."""

    iban: str
    reason: str
    amount_cents: int | None = None


class RefundRejection(Question):
    """Why not; the family reads it."""

    reason: str


class Batch(Answer):
    """A file for the bank: it never changes."""

    batch_id: str
    created_at: datetime
    execution_day: date
    refunds: int
    total_cents: int
    booked_at: datetime | None = None


class BatchList(Answer):
    """Files, newest first."""

    items: tuple[Batch, ...]


class NewBatch(Question):
    """`batch_id` is the office's own name of the file."""

    batch_id: str
    execution_day: date | None = None


class Move(Question):
    """Credit from one holder to another; the same `move_id` twice is one move."""

    move_id: str
    from_account: str
    to_account: str
    amount_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Refunds:
    """Calls for families (`own`, `ask`) and for clerks; each may raise ServiceProblem."""

    backend: Backend

    async def own(self) -> tuple[Refund, ...]:
        return (await self.backend.read(f"{_LEDGER}/refunds", RefundList, {"mine": "true"})).items

    async def ask(self, request: RefundRequest) -> None:
        await self.backend.send("POST", f"{_LEDGER}/refunds", Nothing, request)

    async def ask_for(self, account_id: str, request: RefundRequest) -> None:
        await self.backend.send("POST", f"{_LEDGER}/accounts/{account_id}/refunds", Nothing, request)

    async def every(self, state: str = "") -> tuple[Refund, ...]:
        return (await self.backend.read(f"{_LEDGER}/refunds", RefundList, {"state": state})).items

    async def approve(self, refund_id: str) -> None:
        await self.backend.send("POST", f"{_LEDGER}/refunds/{refund_id}/approve", Nothing)

    async def reject(self, refund_id: str, rejection: RefundRejection) -> None:
        await self.backend.send("POST", f"{_LEDGER}/refunds/{refund_id}/reject", Nothing, rejection)

    async def batches(self) -> tuple[Batch, ...]:
        return (await self.backend.read(f"{_LEDGER}/refunds/batches", BatchList)).items

    async def gather(self, batch: NewBatch) -> None:
        """Put every approved refund into one file."""
        await self.backend.send("POST", f"{_LEDGER}/refunds/batches", Nothing, batch)

    async def book(self, batch_id: str) -> None:
        """The bank has executed it."""
        await self.backend.send("POST", f"{_LEDGER}/refunds/batches/{batch_id}/book", Nothing)

    async def bank_file(self, batch_id: str) -> Download:
        """SEPA pain.001."""
        return await self.backend.download(f"{_LEDGER}/refunds/pain001", {"batch": batch_id})

    async def move(self, move: Move) -> None:
        await self.backend.send("POST", f"{_LEDGER}/transfers", Nothing, move)
