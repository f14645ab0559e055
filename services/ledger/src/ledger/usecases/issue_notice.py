"""Issue a payment notice with which an account is topped up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ledger.domain.notices import Notice, NoticePart, notice_number, payable_amount, payable_parts
from ledger.usecases.announcements import notice_issued
from ledger.usecases.ports import Ports
from refettorio_chassis.clock import rome_day


async def issue_notice(ports: Ports, *, account_id: str, amount_cents: int, service: str) -> Notice:
    """A new notice each time, payable by anyone at once. Raises AmountNotValidError, ServiceNotPayableError."""
    return await _issued(ports, account_id, (NoticePart(service=service, amount_cents=amount_cents),))


async def issue_joint_notice(ports: Ports, *, account_id: str, parts: Sequence[NoticePart]) -> Notice:
    """One notice for several services, one transfer each, paid together or not at all.

    Raises AmountNotValidError, ServiceNotPayableError.
    """
    return await _issued(ports, account_id, payable_parts(parts))


async def _issued(ports: Ports, account_id: str, parts: tuple[NoticePart, ...]) -> Notice:
    for part in parts:
        ports.creditor.service(part.service)
    now = ports.clock.now()
    today = rome_day(now)
    segregation = ports.creditor.segregation_code
    notice = Notice(
        number=notice_number(segregation, await ports.notices.next_base(segregation)),
        account_id=account_id,
        service=parts[0].service,
        amount_cents=payable_amount(sum(part.amount_cents for part in parts)),
        issued_at=now,
        due_date=today + timedelta(days=ports.policy.notice_due_days),
        payable_until=today + timedelta(days=ports.policy.notice_payable_days),
        parts=parts if len(parts) > 1 else (),
    )
    await ports.notices.add(notice)
    ports.announce(notice_issued(notice), sequence=1)
    return notice
