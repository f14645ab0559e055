"""Issue the notices of a whole school: look first, start, then issue page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.domain.accounts import Account, holder_account
from ledger.domain.creditor import Holder
from ledger.domain.decision_errors import PrintConflictError, PrintGoingOnError, PrintNotFoundError
from ledger.domain.families import Enrolled
from ledger.domain.notices import Notice
from ledger.domain.prints import (
    IN_MEALS,
    AmountRule,
    PrintLine,
    PrintOrder,
    PrintRun,
    PrintState,
    Prospect,
    SchoolFamily,
    asked_cents,
    given_again,
    in_a_row,
    possible,
)
from ledger.domain.top_up import ToCome
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.meals_to_come import meals_to_come
from ledger.usecases.print_ports import PrintPorts
from ledger.usecases.remind_debtors import arrangement_in_force, in_flight_now
from ledger.usecases.who_bears import borne_from_tomorrow
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day

PAGE: Final = 50
"""Families in one transaction: each may write a notice, its place in the mirror's queue, an event and a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintPreview:
    """What a run would do now: so many letters, of which so many notices are new."""

    families: int
    letters: int
    to_issue: int
    total_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A family that is asked for something; `again` is the notice that asks for it already."""

    family: SchoolFamily
    amount_cents: int
    again: Notice | None


async def preview_print(ports: PrintPorts, order: PrintOrder) -> PrintPreview:
    """Nothing is written. Raises PrintNotPossibleError, ServiceNotPayableError."""
    _checked(ports, order)
    today = rome_day(ports.desk.world.clock.now())
    families, asked, last = 0, list[Asked](), None
    while page := await ports.prints.families_after(order, today, last, PAGE):
        asked += await _asked(ports, order, page)
        families, last = families + len(page), page[-1].account_id
    return PrintPreview(
        families=families,
        letters=len(asked),
        to_issue=sum(each.again is None for each in asked),
        total_cents=sum(each.amount_cents for each in asked),
    )


async def start_print(
    ports: PrintPorts, order: PrintOrder, *, run_id: str, by: Actor, class_names: Mapping[str, str] | None = None
) -> PrintRun:
    """Begin; the same `run_id`, or the same order while it goes on, is the run that is there.

    Raises PrintNotPossibleError, ServiceNotPayableError, PrintConflictError, PrintGoingOnError.
    """
    _checked(ports, order)
    known = await ports.prints.run(run_id)
    if known is not None:
        return _same(known, order)
    going_on = await ports.prints.open_run(order.school_id)
    if going_on is not None and going_on.order == order:
        return going_on
    if going_on is not None:
        raise PrintGoingOnError("Per questa scuola è già in corso una stampa: attendi che finisca.")
    now = ports.desk.world.clock.now()
    run = PrintRun(
        run_id=run_id,
        order=order,
        state=PrintState.ISSUING,
        started_at=now,
        started_by=by.subject,
        families=await ports.prints.families(order, rome_day(now)),
        class_names=class_names or {},
    )
    await ports.prints.keep_run(run)
    details = {"school": order.school_id, "class": order.class_id or "", "service": order.service, "rule": order.rule}
    await ports.desk.audit(audit_line(by, "print-school", run_id, at=now, details=details))
    return run


async def issue_print_page(ports: PrintPorts, run_id: str) -> PrintRun:
    """The next families in order, each given one notice; ready to be printed when none is left.

    Raises PrintNotFoundError, ServiceNotPayableError.
    """
    run = await ports.prints.run(run_id)
    if run is None:
        raise PrintNotFoundError("La stampa non esiste.")
    if run.state is not PrintState.ISSUING:
        return run
    world = ports.desk.world
    now = world.clock.now()
    # Who is enrolled is what it was on the day the run began, so that a run over midnight looks at everyone once.
    families = await ports.prints.families_after(run.order, rome_day(run.started_at), run.last_account, PAGE)
    if families:
        asked = await _asked(ports, run.order, families)
        holders = await world.holders.holders([each.family.account_id for each in asked])
        given_names = await ports.prints.given_names([pupil for each in asked for pupil in each.family.pupil_ids])
        lines = [await _line(ports, run, each, holders, given_names) for each in asked]
        await ports.prints.add_lines(run_id, lines)
        further = run.seen(families, lines)
    else:
        further = run.all_seen(now)
    await ports.prints.keep_run(further)
    return further


async def _line(
    ports: PrintPorts, run: PrintRun, asked: Asked, holders: Mapping[str, Holder], given_names: Mapping[str, str]
) -> PrintLine:
    family, account_id = asked.family, asked.family.account_id
    holder = holders.get(account_id)
    notice = asked.again or await issue_notice(
        ports.desk.world, account_id=account_id, amount_cents=asked.amount_cents, service=run.order.service
    )
    return PrintLine(
        account_id=account_id,
        class_id=family.class_id,
        name=holder.full_name if holder else "",
        notice_number=notice.number,
        amount_cents=asked.amount_cents,
        is_new=asked.again is None,
        pupils=in_a_row(given_names[pupil] for pupil in family.pupil_ids if pupil in given_names),
        class_name=run.class_names.get(family.class_id, family.class_id),
    )


async def _asked(ports: PrintPorts, order: PrintOrder, families: Sequence[SchoolFamily]) -> list[Asked]:
    world = ports.desk.world
    families = await _living(ports, families)
    ids = [family.account_id for family in families]
    today = rome_day(world.clock.now())
    amounts = await _amounts(ports, order, ids, today)
    payable = defaultdict(list)
    for notice in await world.notices.payable_of([account_id for account_id in ids if amounts[account_id]]):
        payable[notice.account_id].append(notice)
    return [
        Asked(
            family=family,
            amount_cents=cents,
            again=given_again(payable[family.account_id], service=order.service, amount_cents=cents, today=today),
        )
        for family in families
        if (cents := amounts[family.account_id])
    ]


async def _living(ports: PrintPorts, families: Sequence[SchoolFamily]) -> list[SchoolFamily]:
    """Without those whose holder died: a child is handed no letter to them, the office settles such an account."""
    holders = await ports.desk.world.holders.holders([family.account_id for family in families])
    deceased = {account_id for account_id, holder in holders.items() if holder.is_deceased}
    return [family for family in families if family.account_id not in deceased]


async def _amounts(ports: PrintPorts, order: PrintOrder, ids: Sequence[str], today: date) -> dict[str, int]:
    world = ports.desk.world
    known = await world.books.accounts([holder_account(each) for each in ids])
    to_come: Mapping[str, ToCome] = {}
    if order.rule in IN_MEALS:
        borne = await borne_from_tomorrow(world.tariffs, world.families, ids, today)
        to_come = await meals_to_come(world, borne, ids, today, weeks=order.weeks)
    printed = [each for each in await world.families.enrolments(ids) if _is_printed_for(each, order, today)]
    amounts = {}
    for account_id in ids:
        account = known.get(holder_account(account_id)) or Account(account_id=holder_account(account_id))
        if order.rule is AmountRule.OWED and account.balance_cents >= 0:
            amounts[account_id] = 0
            continue
        prospect = Prospect(
            account=account,
            to_come=to_come.get(account_id),
            children=len({each.pupil_id for each in printed if each.account_id == account_id}),
            in_flight_cents=await in_flight_now(ports.desk, account_id),
            is_arranged=account.balance_cents < 0 and await arrangement_in_force(ports.desk, account_id) is not None,
        )
        amounts[account_id] = asked_cents(order, prospect)
    return amounts


def _is_printed_for(enrolled: Enrolled, order: PrintOrder, today: date) -> bool:
    is_there = (enrolled.school_id, enrolled.service) == (order.school_id, order.service)
    return is_there and enrolled.valid_to >= today and order.class_id in {None, enrolled.class_id}


def _checked(ports: PrintPorts, order: PrintOrder) -> None:
    ports.desk.world.creditor.service(order.service)
    possible(order)


def _same(known: PrintRun, order: PrintOrder) -> PrintRun:
    if known.order != order:
        raise PrintConflictError("Con questo codice esiste già un'altra stampa.")
    return known
