"""Issue a payment notice with which an account is topped up."""

from __future__ import annotations

from datetime import timedelta

from ledger.domain.notices import Notice, notice_number, payable_amount
from ledger.usecases.announcements import notice_issued
from ledger.usecases.ports import Ports
from refettorio_chassis.clock import rome_day


async def issue_notice(ports: Ports, *, account_id: str, amount_cents: int, service: str) -> Notice:
    """A new notice each time, payable by anyone at once. Raises AmountNotValidError, ServiceNotPayableError."""
    ports.creditor.service(service)
    now = ports.clock.now()
    today = rome_day(now)
    notice = Notice(
        number=notice_number(
            ports.creditor.segregation_code, await ports.notices.next_base(ports.creditor.segregation_code)
        ),
        account_id=account_id,
        service=service,
        amount_cents=payable_amount(amount_cents),
        issued_at=now,
        due_date=today + timedelta(days=ports.policy.notice_due_days),
        payable_until=today + timedelta(days=ports.policy.notice_payable_days),
    )
    await ports.notices.add(notice)
    ports.announce(notice_issued(notice), sequence=1)
    return notice
