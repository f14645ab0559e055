"""Close a school year: look first, then settle page by page; whoever stops it half-way, it goes on from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.accounts import Account
from ledger.domain.decision_errors import ClosingNotFoundError
from ledger.domain.year_close import ClosingState, Outcome, Total, YearClosing, YearLine, added, closable, settle
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.who_bears import borne_from_tomorrow
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day
from refettorio_contracts.ledger import YearClosed

PAGE: Final = 200
"""Accounts settled in one transaction: each writes a line and tells one event."""

MOST_SHOWN: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a closing would say now. `lines` are those somebody has to act upon, the first ones."""

    school_year: str
    accounts: int
    totals: dict[str, Total]
    lines: tuple[YearLine, ...]


async def preview_closing(ports: DecisionPorts, school_year: str) -> Preview:
    """Nothing is written. Raises YearNotClosableError, YearNotOverError."""
    year = closable(school_year, rome_day(ports.world.clock.now()))
    totals: dict[str, Total] = {}
    shown: list[YearLine] = []
    seen, last = 0, None
    while page := await ports.closings.holders_after(last, PAGE):
        lines = await _lines(ports, page, year)
        totals = dict(added(totals, lines))
        shown += [line for line in lines if line.outcome in {Outcome.REFUND_DUE, Outcome.DEBT_DUE}]
        seen, last = seen + len(page), page[-1].account_id
    return Preview(school_year=year, accounts=seen, totals=totals, lines=tuple(shown[:MOST_SHOWN]))


async def start_closing(ports: DecisionPorts, school_year: str, *, by: Actor) -> YearClosing:
    """Begin, or go on; on a closed year the accounts that came since are settled.

    Raises YearNotClosableError, YearNotOverError.
    """
    now = ports.world.clock.now()
    year = closable(school_year, rome_day(now))
    known = await ports.closings.closing(year)
    if known is not None and known.state is ClosingState.RUNNING:
        return known
    accounts = await ports.closings.holders()
    closing = (
        known.again(accounts_to_settle=accounts)
        if known
        else YearClosing(
            school_year=year,
            state=ClosingState.RUNNING,
            started_at=now,
            started_by=by.subject,
            accounts_to_settle=accounts,
        )
    )
    await ports.closings.keep_closing(closing)
    await ports.audit(audit_line(by, "close-year", year, at=now))
    return closing


async def settle_page(ports: DecisionPorts, school_year: str) -> YearClosing:
    """The next accounts in order, each settled once for ever; closed when none is left. Raises ClosingNotFoundError."""
    closing = await ports.closings.closing(school_year)
    if closing is None:
        raise ClosingNotFoundError("La chiusura di questo anno non è stata avviata.", school_year=school_year)
    if closing.state is ClosingState.CLOSED:
        return closing
    page = await ports.closings.holders_after(closing.last_account, PAGE)
    if not page:
        further = closing.closed(ports.world.clock.now())
    else:
        known = await ports.closings.settled_among(school_year, [account.account_id for account in page])
        fresh = [account for account in page if account.account_id not in known]
        lines = await _lines(ports, fresh, school_year)
        await ports.closings.keep_lines(lines)
        _tell(ports, fresh, lines)
        further = closing.settled(lines, last_account=page[-1].account_id)
    await ports.closings.keep_closing(further)
    return further


def _tell(ports: DecisionPorts, accounts: Sequence[Account], lines: Sequence[YearLine]) -> None:
    for account, line in zip(accounts, lines, strict=True):
        event = YearClosed(
            account_id=line.account_id,
            balance_cents=line.balance_cents,
            school_year=line.school_year,
            outcome=line.outcome.value,
            held_cents=line.held_cents or None,
        )
        ports.world.announce(event, sequence=account.sequence)


async def _lines(ports: DecisionPorts, accounts: Sequence[Account], school_year: str) -> list[YearLine]:
    """Who bears a part of what a pupil costs, or agreed to from a later day on, stays as long as the pupil does."""
    now, ids = ports.world.clock.now(), [account.account_id for account in accounts]
    borne = await borne_from_tomorrow(ports.enrolments, ports.world.families, ids, rome_day(now))
    return [
        settle(account, borne.with_later(account.account_id), school_year=school_year, at=now) for account in accounts
    ]
