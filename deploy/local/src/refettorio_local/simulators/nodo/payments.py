"""The node's register: verify, activate, pay, deliver receipts and insist. In memory, bounded."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.nodo.answers import Fault, RefusedError, Verified
from refettorio_local.simulators.nodo.creditor import TRY_AGAIN, Creditor, Notice
from refettorio_local.simulators.nodo.receipt import Channel, Paid, receipt_fields, single_transfer
from refettorio_local.simulators.nodo.settings import Settings

MOST_PAYMENTS = 1000
MOST_ATTEMPTS = 100
KNOWN_ALREADY = "PAA_RECEIPT_DUPLICATA"
DELIVERED, RETRYING, REFUSED, GIVEN_UP, LOST = "delivered", "retrying", "refused", "given-up", "lost"


class UnknownReceiptError(Exception):
    """No payment of this register has that receipt id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sending of a receipt: `outcome` is OK or a code."""

    at: datetime
    outcome: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """A payment with what became of its receipt."""

    paid: Paid
    state: str = RETRYING
    attempts: list[Attempt] = field(default_factory=list)

    def described(self) -> dict[str, object]:
        """For machines; amounts in cents."""
        return {
            "receipt_id": self.paid.receipt_id,
            "notice_number": self.paid.notice.number,
            "creditor_fiscal_code": self.paid.notice.fiscal_code,
            "amount_cents": self.paid.amount_cents,
            "fee_cents": self.paid.channel.fee_cents,
            "description": self.paid.data.description,
            "channel": self.paid.channel.key,
            "version": self.paid.version,
            "paid_at": self.paid.paid_at.isoformat(),
            "stand_in": self.paid.is_stand_in,
            "receipt_state": self.state,
            "attempts": [{"at": attempt.at.isoformat(), "outcome": attempt.outcome} for attempt in self.attempts],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants to pay. `amount_cents` other than the due one is a payment in stand-in.

    `is_receipt_lost`: the money moves and no receipt is ever sent, as it happens.
    """

    notice: Notice
    channel: Channel
    version: int = 2
    amount_cents: int | None = None
    note: str | None = None
    is_receipt_lost: bool = False


class Register:
    """All payments of this run."""

    def __init__(self, settings: Settings, creditor: Creditor, clock: Clock) -> None:
        self._settings = settings
        self._creditor = creditor
        self._clock = clock
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._in_progress: set[Notice] = set()
        self._deliveries: set[asyncio.Task[None]] = set()

    @property
    def entries(self) -> list[Entry]:
        """Newest first."""
        return list(reversed(self._entries.values()))

    def entry(self, receipt_id: str) -> Entry:
        """Raises UnknownReceiptError."""
        if receipt_id not in self._entries:
            raise UnknownReceiptError(receipt_id)
        return self._entries[receipt_id]

    async def verify(self, notice: Notice) -> Verified:
        """What is due. Raises RefusedError."""
        return await self._creditor.verify(notice)

    async def pay(self, order: Order) -> Entry:
        """Activate and pay; returns after the first sending of the receipt, whatever its outcome.

        Raises RefusedError: nothing was paid.
        """
        if order.notice in self._in_progress:
            raise RefusedError(Fault(code="PPT_PAGAMENTO_IN_CORSO", message="Pagamento già in corso"))
        if any(entry.paid.notice == order.notice for entry in self._entries.values()):
            raise RefusedError(Fault(code="PPT_PAGAMENTO_DUPLICATO", message="Avviso già pagato"))
        self._in_progress.add(order.notice)
        try:
            entry = Entry(paid=await self._paid(order))
            self._keep(entry)
        finally:
            self._in_progress.discard(order.notice)
        if order.is_receipt_lost:
            entry.state = LOST
            return entry
        await self._deliver(entry)
        return entry

    async def pay_again(self, notice: Notice) -> Entry:
        """A second real payment of a paid notice, with its own receipt. Raises RefusedError."""
        earlier = [entry for entry in self.entries if entry.paid.notice == notice]
        if not earlier:
            raise RefusedError(Fault(code="PPT_PAGAMENTO_SCONOSCIUTO", message="Avviso non ancora pagato qui"))
        again = replace(earlier[0].paid, receipt_id=_new_receipt_id(), paid_at=self._clock.now())
        entry = Entry(paid=again)
        self._keep(entry)
        await self._deliver(entry)
        return entry

    async def resend(self, receipt_id: str) -> Entry:
        """Send a receipt once more, delivered or not. Raises UnknownReceiptError."""
        entry = self.entry(receipt_id)
        await self._send(entry)
        return entry

    async def stop(self) -> None:
        """Drop what still waits to be delivered."""
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _paid(self, order: Order) -> Paid:
        verified = await self._creditor.verify(order.notice)
        asked = order.amount_cents or verified.amount_cents
        data = await self._creditor.get_payment(
            order.notice, version=order.version, amount_cents=asked, note=order.note
        )
        amount = order.amount_cents or data.amount_cents
        is_stand_in = amount != data.amount_cents
        if is_stand_in and not single_transfer(data):
            raise RefusedError(
                Fault(code="PPT_IMPORTO_ERRATO", message="Un avviso con più versamenti si paga per intero")
            )
        return Paid(
            receipt_id=_new_receipt_id(),
            notice=order.notice,
            version=order.version,
            channel=order.channel,
            amount_cents=amount,
            paid_at=self._clock.now(),
            note=order.note,
            is_stand_in=is_stand_in,
            company_name=verified.creditor,
            data=data,
        )

    def _keep(self, entry: Entry) -> None:
        self._entries[entry.paid.receipt_id] = entry
        if len(self._entries) > MOST_PAYMENTS:
            self._entries.popitem(last=False)

    async def _deliver(self, entry: Entry) -> None:
        await self._send(entry)
        if entry.state == RETRYING:
            delivery = asyncio.create_task(self._insist(entry))
            self._deliveries.add(delivery)
            delivery.add_done_callback(self._deliveries.discard)

    async def _insist(self, entry: Entry) -> None:
        for _ in range(self._settings.retries):
            await asyncio.sleep(self._settings.retry_seconds)
            if entry.state != RETRYING:  # somebody has sent it by hand meanwhile
                return
            await self._send(entry)
        if entry.state == RETRYING:
            entry.state = GIVEN_UP

    async def _send(self, entry: Entry) -> None:
        """One sending; a receipt that was delivered once stays delivered."""
        try:
            await self._creditor.send_receipt(receipt_fields(entry.paid), version=entry.paid.version)
        except RefusedError as error:
            outcome = error.fault.original_code or error.fault.code
            state = _state_after(error.fault)
        else:
            outcome, state = "OK", DELIVERED
        entry.attempts.append(Attempt(at=self._clock.now(), outcome=outcome))
        del entry.attempts[:-MOST_ATTEMPTS]
        if entry.state != DELIVERED:
            entry.state = state


def _state_after(fault: Fault) -> str:
    if fault.original_code == KNOWN_ALREADY:
        return DELIVERED
    return RETRYING if fault.code in TRY_AGAIN else REFUSED


def _new_receipt_id() -> str:
    return uuid4().hex
