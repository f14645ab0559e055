"""Receipts of the SMS centre, as they come in on the session that sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from notify.domain.references import ReceiptIds, as_submitted
from notify.usecases.ports import Ports
from notify.usecases.record_receipt import record_receipt
from refettorio_chassis.transaction import Runner


class Receipt(Protocol):
    """What a receipt says: of which message, and why it will not arrive, if so."""

    @property
    def message_id(self) -> str: ...
    @property
    def undeliverable(self) -> str | None: ...


def on_sms_receipt(run: Runner[Ports], receipt_ids: ReceiptIds) -> Callable[[Receipt], Awaitable[None]]:
    """Records a receipt; what it raises keeps the receipt unanswered, so that the SMS centre sends it again."""

    async def record(receipt: Receipt) -> None:
        reference = as_submitted(receipt.message_id, receipt_ids)
        await run(record_receipt, "sms", reference, undeliverable=receipt.undeliverable)

    return record
