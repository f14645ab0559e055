"""Receipts of the SMS centre, as they come in on the session that sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from notify.usecases.ports import Ports
from notify.usecases.record_receipt import record_receipt
from refettorio_chassis.transaction import Runner


class Receipt(Protocol):
    """What a receipt says: of which message, and why it will not arrive, if so."""

    @property
    def message_id(self) -> str: ...
    @property
    def undeliverable(self) -> str | None: ...


def on_sms_receipt(run: Runner[Ports]) -> Callable[[Receipt], Awaitable[None]]:
    """Records a receipt; what it raises keeps the receipt unanswered, so that the SMS centre sends it again."""

    async def record(receipt: Receipt) -> None:
        await run(record_receipt, "sms", receipt.message_id, undeliverable=receipt.undeliverable)

    return record
