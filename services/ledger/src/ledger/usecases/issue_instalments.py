"""Issue the notices of an amount that is paid in instalments, and cancel those that are not to be paid any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.domain.accounts import holder_account
from ledger.domain.decision_errors import PlanConflictError, PlanNotFoundError
from ledger.domain.errors import AccountNotFoundError
from ledger.domain.instalments import WHOLE, Instalment, InstalmentPlan, scheduled
from ledger.domain.notices import Notice, NoticePart, PlanPlace
from ledger.usecases.issue_notice import issued_for
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day
from refettorio_contracts.ledger import InstalmentPlanEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPlan:
    """What is asked for. `plan_id` is chosen by who asks: it makes asking again safe.

    `with_whole`: also a notice with which all of it is paid at once, by the day of the first instalment.
    """

    plan_id: str
    account_id: str
    service: str
    instalments: Sequence[Instalment]
    with_whole: bool


async def issue_instalments(ports: Ports, wanted: WantedPlan, *, by: Actor) -> InstalmentPlan:
    """A notice for each instalment; the same plan asked for twice is issued once.

    Raises PlanNotValidError, AmountNotValidError, ServiceNotPayableError, AccountNotFoundError, PlanConflictError.
    """
    known = await ports.notices.plan(wanted.plan_id)
    if known is not None:
        return _same(known, wanted)
    holder = holder_account(wanted.account_id)
    if await ports.holders.holder(wanted.account_id) is None and holder not in await ports.books.accounts([holder]):
        message = "Il conto non esiste."
        raise AccountNotFoundError(message)
    plan = await issued_plan(ports, wanted)
    await ports.audit(
        audit_line(
            by,
            "issue-instalments",
            plan.plan_id,
            at=ports.clock.now(),
            details={"account": plan.account_id, "notices": [notice.number for notice in plan.notices]},
        )
    )
    return plan


async def issued_plan(ports: Ports, wanted: WantedPlan) -> InstalmentPlan:
    """The notices themselves. One instalment is all of it: it has no other notice beside it."""
    parts = scheduled(wanted.instalments, today=rome_day(ports.clock.now()))

    async def notice(number: int, part: Instalment) -> Notice:
        return await issued_for(
            ports,
            wanted.account_id,
            (NoticePart(service=wanted.service, amount_cents=part.amount_cents),),
            due_date=part.due_date,
            plan=PlanPlace(plan_id=wanted.plan_id, number=number, instalments=len(parts)),
        )

    whole = Instalment(due_date=parts[0].due_date, amount_cents=sum(part.amount_cents for part in parts))
    return InstalmentPlan(
        plan_id=wanted.plan_id,
        whole=await notice(WHOLE, whole) if wanted.with_whole and len(parts) > 1 else None,
        instalments=tuple([await notice(number, part) for number, part in enumerate(parts, start=1)]),
    )


async def cancel_plan(ports: Ports, plan_id: str, *, reason: str, by: Actor) -> InstalmentPlan:
    """What nobody has paid yet can no longer be paid; again is once. Raises PlanNotFoundError."""
    plan = await ports.notices.plan(plan_id)
    if plan is None:
        message = "Il piano di rate non esiste."
        raise PlanNotFoundError(message)
    if not plan.payable:
        return plan
    await end_plan(ports, plan)
    await ports.audit(audit_line(by, "cancel-plan", plan_id, at=ports.clock.now(), reason=reason))
    return await ports.notices.plan(plan_id) or plan


async def end_plan(ports: Ports, plan: InstalmentPlan) -> None:
    """What nobody has paid of it can no longer be paid; told once, and only while there was something left."""
    if plan.payable:
        await take_back(ports, plan.payable)
        ports.announce(InstalmentPlanEnded(account_id=plan.account_id, plan_id=plan.plan_id))


async def take_back(ports: Ports, notices: Iterable[Notice]) -> None:
    """They cannot be paid any more; pagoPA's archive hears of it like of every change."""
    now = ports.clock.now()
    for notice in notices:
        await ports.notices.mark_cancelled(notice.number, now)


def _same(known: InstalmentPlan, wanted: WantedPlan) -> InstalmentPlan:
    asked = tuple(sorted(wanted.instalments, key=lambda part: part.due_date))
    is_same = (known.account_id, known.service, known.wanted) == (wanted.account_id, wanted.service, asked)
    if not is_same or (known.whole is not None) != (wanted.with_whole and len(asked) > 1):
        message = "Con questo codice esiste già un altro piano di rate."
        raise PlanConflictError(message)
    return known
