"""Credit a kept receipt to its account, once."""

from __future__ import annotations

from ledger.domain.accounts import PAGOPA_CLEARING, holder_account
from ledger.domain.book import Book
from ledger.domain.receipts import ReceiptState, credit
from ledger.usecases.announcements import payment_anomalous, payment_settled
from ledger.usecases.ports import Ports
from ledger.usecases.post import post_and_tell
from refettorio_chassis.clock import rome_day


async def credit_receipt(ports: Ports, receipt_id: str) -> bool:
    """Whether it was credited now. However often it is called, a receipt is at most one credit.

    A second payment of a paid notice, and money for an expired or cancelled one, is credited all the same: it is the
    family's. The anomaly is announced so that somebody looks at it.
    """
    receipt = await ports.notices.receipt(receipt_id)
    if receipt is None or receipt.state is not ReceiptState.KEPT:
        return False
    if receipt.account_id is None or receipt.service is None:
        message = f"receipt of notice {receipt.notice_number} is to be credited to nobody"
        raise ValueError(message)
    now = ports.clock.now()
    transfer = credit(
        receipt, account_id=receipt.account_id, service=receipt.service, value_day=rome_day(receipt.paid_at)
    )
    book = Book(
        await ports.books.accounts([holder_account(receipt.account_id), PAGOPA_CLEARING]),
        await ports.books.posted([transfer.transfer_id]),
        booked_at=now,
    )
    posted = post_and_tell(ports, book, transfer, service=receipt.service, paid_at=receipt.paid_at)
    await ports.books.write(book)
    await ports.notices.mark_credited(receipt_id, now)
    ports.announce(payment_settled(receipt, receipt.account_id), sequence=2)
    if receipt.anomaly is not None:
        ports.announce(payment_anomalous(receipt, receipt.account_id, receipt.anomaly), sequence=2)
    return posted is not None
