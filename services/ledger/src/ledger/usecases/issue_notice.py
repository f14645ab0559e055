"""Issue a payment notice with which an account is topped up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from ledger.domain.notices import Notice, NoticePart, PlanPlace, notice_number, payable_amount, payable_parts
from ledger.usecases.announcements import notice_issued
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def issue_notice(
    ports: Ports, *, account_id: str, amount_cents: int, service: str, by: Actor | None = None
) -> Notice:
    """A new notice each time, payable by anyone at once. Who issues it in the holder's place leaves a line.

    Raises AmountNotValidError, ServiceNotPayableError.
    """
    return await _issued(ports, account_id, (NoticePart(service=service, amount_cents=amount_cents),), by)


async def issue_joint_notice(
    ports: Ports, *, account_id: str, parts: Sequence[NoticePart], by: Actor | None = None
) -> Notice:
    """One notice for several services, one transfer each, paid together or not at all.

    Raises AmountNotValidError, ServiceNotPayableError.
    """
    return await _issued(ports, account_id, payable_parts(parts), by)


async def _issued(ports: Ports, account_id: str, parts: tuple[NoticePart, ...], by: Actor | None) -> Notice:
    due_date = rome_day(ports.clock.now()) + timedelta(days=ports.policy.notice_due_days)
    notice = await issued_for(ports, account_id, parts, due_date=due_date)
    if by and by.acting:
        await ports.audit(audit_line(by, "issue-notice", notice.number, at=ports.clock.now()))
    return notice


async def issued_for(
    ports: Ports,
    account_id: str,
    parts: tuple[NoticePart, ...],
    *,
    due_date: date,
    plan: PlanPlace | None = None,
) -> Notice:
    """A new notice with the next number, and the event that tells it; shared by every verb that issues.

    After `due_date` it can be paid for as long as any notice of this municipality.
    """
    for part in parts:
        ports.creditor.service(part.service)
    segregation = ports.creditor.segregation_code
    grace = timedelta(days=max(0, ports.policy.notice_payable_days - ports.policy.notice_due_days))
    notice = Notice(
        number=notice_number(segregation, await ports.notices.next_base(segregation)),
        account_id=account_id,
        service=parts[0].service,
        amount_cents=payable_amount(sum(part.amount_cents for part in parts)),
        issued_at=ports.clock.now(),
        due_date=due_date,
        payable_until=due_date + grace,
        parts=parts if len(parts) > 1 else (),
        plan=plan,
    )
    await ports.notices.add(notice)
    ports.announce(notice_issued(notice), sequence=1)
    return notice
