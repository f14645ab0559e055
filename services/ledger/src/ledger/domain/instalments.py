"""Paying an amount in instalments (rate): one notice for each, and one more for who prefers to pay all of it at once.

What is paid one way is not asked the other way: who pays all at once owes no instalment any more, and who pays an
instalment can no longer pay all at once. What can no longer be paid is cancelled, and money that comes for it all the
same is kept as for any cancelled notice: credited, and told as an anomaly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from ledger.domain.decision_errors import PlanNotValidError
from ledger.domain.notices import Notice, NoticeState, payable_amount

MOST_INSTALMENTS: Final = 72
"""Months, for the largest debts towards a municipality (L. 160/2019, art. 1, c. 796)."""

FARTHEST: Final = timedelta(days=3653)
"""A day beyond ten years is a slip of the pen."""

WHOLE: Final = 0
"""The place of the notice with which all is paid at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """To be paid by `due_date` (Europe/Rome)."""

    due_date: date
    amount_cents: int


class PlanState(StrEnum):
    """`ended`: nothing is left to be paid, and not all was."""

    OPEN = "open"
    PAID = "paid"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentPlan:
    """The notices of one amount. `whole` is None where it can be paid by instalments only."""

    plan_id: str
    instalments: tuple[Notice, ...]
    whole: Notice | None = None

    @property
    def account_id(self) -> str:
        """Whose it is."""
        return self.instalments[0].account_id

    @property
    def service(self) -> str:
        """What it is for."""
        return self.instalments[0].service

    @property
    def issued_at(self) -> datetime:
        """All of them at once."""
        return self.instalments[0].issued_at

    @property
    def amount_cents(self) -> int:
        """All that is to be paid."""
        return sum(notice.amount_cents for notice in self.instalments)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """In the order in which they are printed."""
        return (self.whole, *self.instalments) if self.whole else self.instalments

    @property
    def payable(self) -> tuple[Notice, ...]:
        """What nobody has paid or cancelled."""
        return tuple(notice for notice in self.notices if notice.state is NoticeState.PAYABLE)

    @property
    def wanted(self) -> tuple[Instalment, ...]:
        """As it was asked for."""
        return tuple(
            Instalment(due_date=notice.due_date, amount_cents=notice.amount_cents) for notice in self.instalments
        )

    @property
    def state(self) -> PlanState:
        """Paid in one way or the other, or still to be paid, or neither."""
        is_whole_paid = self.whole is not None and self.whole.state is NoticeState.PAID
        if is_whole_paid or all(notice.state is NoticeState.PAID for notice in self.instalments):
            return PlanState.PAID
        return PlanState.OPEN if self.payable else PlanState.ENDED

    def overdue_on(self, day: date) -> tuple[Notice, ...]:
        """Instalments that should have been paid before `day`."""
        return tuple(
            notice
            for notice in self.instalments
            if notice.state is NoticeState.PAYABLE and notice.due_date < day and self.state is PlanState.OPEN
        )

    def ended_by(self, paid: Notice) -> tuple[Notice, ...]:
        """What is not to be paid any more now that `paid` is; it may be a notice that was cancelled before."""
        is_whole = paid.plan is not None and paid.plan.number == WHOLE
        return tuple(
            notice
            for notice in self.payable
            if notice.number != paid.number and (is_whole or notice.instalment is None)
        )


def plans_among(notices: Iterable[Notice]) -> tuple[InstalmentPlan, ...]:
    """Those that the notices are of, in the order in which they come; notices of no plan are left out."""
    found: dict[str, dict[int, Notice]] = {}
    for notice in notices:
        if notice.plan is not None:
            found.setdefault(notice.plan.plan_id, {})[notice.plan.number] = notice
    return tuple(
        InstalmentPlan(
            plan_id=plan_id,
            whole=places.get(WHOLE),
            instalments=tuple(places[number] for number in sorted(places) if number != WHOLE),
        )
        for plan_id, places in found.items()
    )


def scheduled(instalments: Sequence[Instalment], *, today: date) -> tuple[Instalment, ...]:
    """In order of day. Raises PlanNotValidError unless the days differ, from today on, and AmountNotValidError."""
    ordered = tuple(sorted(instalments, key=lambda part: part.due_date))
    if not 1 <= len(ordered) <= MOST_INSTALMENTS:
        message = f"Le rate possono essere da 1 a {MOST_INSTALMENTS}."
        raise PlanNotValidError(message, instalments=len(ordered))
    if ordered[0].due_date < today or len({part.due_date for part in ordered}) != len(ordered):
        message = "Le rate devono avere scadenze diverse, non passate."
        raise PlanNotValidError(message)
    if ordered[-1].due_date > today + FARTHEST:
        message = "L'ultima rata deve scadere entro dieci anni."
        raise PlanNotValidError(message)
    for part in ordered:
        payable_amount(part.amount_cents)
    payable_amount(sum(part.amount_cents for part in ordered))
    return ordered
