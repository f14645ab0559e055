"""Printing the notices of a whole school: who gets one, for how much, and how far the printing is.

A run first issues, page by page, then prints, file by file; whoever stops it half-way, it goes on from there. A family
that has a payable notice for the same amount and service is given that one again: printing twice asks nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ledger.domain.accounts import Account
from ledger.domain.charging import MEALS
from ledger.domain.creditor import Holder
from ledger.domain.decision_errors import PrintNotPossibleError
from ledger.domain.notices import Notice, NoticeState
from ledger.domain.top_up import ToCome, suggestion_for

LETTERS_IN_A_FILE: Final = 100
"""Some 30 kB each: a file of 3 MB, made in two seconds and 150 MB of memory."""


class AmountRule(StrEnum):
    """How much each family is asked for; who is asked for nothing gets no letter."""

    SUGGESTED = "suggested-top-up"
    OWED = "owed"
    FIXED = "fixed-per-child"
    WEEKS = "weeks-of-meals"


IN_MEALS: Final = frozenset({AmountRule.SUGGESTED, AmountRule.WEEKS})


class PrintState(StrEnum):
    """`failed`: a rule refused, or the office stopped it; what was issued can be paid all the same."""

    ISSUING = "issuing"
    PRINTING = "printing"
    READY = "ready"
    FAILED = "failed"
    FORGOTTEN = "forgotten"


OPEN: Final = frozenset({PrintState.ISSUING, PrintState.PRINTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintOrder:
    """What is asked for. Without a class it is the whole school.

    `per_child_cents` and `weeks` belong to the rules that need them, and to no other.
    """

    school_id: str
    service: str
    rule: AmountRule
    class_id: str | None = None
    per_child_cents: int | None = None
    weeks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFamily:
    """An account that pays for pupils of the school: those of the first of their classes, where its letter goes."""

    account_id: str
    class_id: str
    pupil_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLine:
    """One letter of a run. Letters are printed by class, then by given names of the pupils in it. Personal data.

    `name` is the holder's, `class_name` what the class is called.
    """

    account_id: str
    class_id: str
    name: str
    notice_number: str
    amount_cents: int
    is_new: bool
    pupils: str = ""
    class_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolLetter:
    """What is printed for one family, and to whom the school hands it out."""

    notice: Notice
    debtor: Holder
    hand_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintRun:
    """How far the printing is. `last_account` is where issuing goes on from, `files_printed` where printing does.

    `reason` says why it failed: in the words of the rule, or of the clerk. `class_names` is what who started it calls
    the classes.
    """

    run_id: str
    order: PrintOrder
    state: PrintState
    started_at: datetime
    started_by: str
    families: int
    families_seen: int = 0
    last_account: str | None = None
    class_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    letters: int = 0
    issued: int = 0
    total_cents: int = 0
    files_printed: int = 0
    done_at: datetime | None = None
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self.state in OPEN

    @property
    def files(self) -> int:
        """How many there will be, by the letters known so far."""
        return -(-self.letters // LETTERS_IN_A_FILE)

    def seen(self, families: Sequence[SchoolFamily], lines: Iterable[PrintLine]) -> PrintRun:
        """One page further."""
        fresh = list(lines)
        return replace(
            self,
            families_seen=self.families_seen + len(families),
            last_account=families[-1].account_id,
            letters=self.letters + len(fresh),
            issued=self.issued + sum(line.is_new for line in fresh),
            total_cents=self.total_cents + sum(line.amount_cents for line in fresh),
        )

    def all_seen(self, at: datetime) -> PrintRun:
        """Nobody is left to look at: what was issued can be printed; ready at once when nobody is asked anything."""
        return _ready_if_printed(replace(self, state=PrintState.PRINTING), at)

    def printed(self, number: int, at: datetime) -> PrintRun:
        """One file further; a file printed once more changes nothing."""
        if self.state is not PrintState.PRINTING or number != self.files_printed + 1:
            return self
        return _ready_if_printed(replace(self, files_printed=number), at)

    def failed(self, reason: str, at: datetime) -> PrintRun:
        """It goes no further."""
        return replace(self, state=PrintState.FAILED, reason=reason, done_at=at)

    def forgotten(self) -> PrintRun:
        """Its letters are gone, how many they were is not."""
        return replace(self, state=PrintState.FORGOTTEN)

    def kept_until(self, kept_days: int) -> datetime | None:
        """When its letters are forgotten; None while it goes on, and once they are."""
        if self.done_at is None or self.state is PrintState.FORGOTTEN:
            return None
        return self.done_at + timedelta(days=kept_days)


def _ready_if_printed(run: PrintRun, at: datetime) -> PrintRun:
    return run if run.files_printed < run.files else replace(run, state=PrintState.READY, done_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What decides how much a family is asked for; `to_come` are meals to the end of the enrolments, or of the weeks
    that are asked for. `children` are those that are printed for.

    A debt about which the office has an arrangement with the family (`is_arranged`) is not asked for again here.
    """

    account: Account
    to_come: ToCome | None
    children: int
    in_flight_cents: int
    is_arranged: bool


def handed_to(pupils: str, class_name: str) -> str:
    """Whom a letter is for, as it is called out in class: given names and class, nothing else of a child."""
    return ", ".join(each for each in (pupils, f"classe {class_name}" if class_name else "") if each)


def in_a_row(given_names: Iterable[str]) -> str:
    """Brothers and sisters in one class: `Luca e Mario`, in order."""
    *others, last = sorted(given_names) or [""]
    return f"{', '.join(others)} e {last}" if others else last


def possible(order: PrintOrder) -> PrintOrder:
    """Raises PrintNotPossibleError: some rules count in meals, some need an amount or a number of weeks."""
    if order.rule in IN_MEALS and order.service != MEALS:
        message = "Questo importo si calcola sui pasti: per questo servizio scegli chi ha un debito o un importo fisso."
        raise PrintNotPossibleError(message, service=order.service)
    if (order.per_child_cents is not None) is not (order.rule is AmountRule.FIXED):
        message = "L'importo per ogni figlio serve con l'importo fisso, e solo con quello."
        raise PrintNotPossibleError(message)
    if (order.weeks is not None) is not (order.rule is AmountRule.WEEKS):
        message = "Il numero di settimane serve con i pasti di alcune settimane, e solo con quelli."
        raise PrintNotPossibleError(message)
    return order


def asked_cents(order: PrintOrder, family: Prospect) -> int:
    """What the family is asked for, 0 for nothing. What is being paid right now counts as paid.

    A fixed amount is asked of everybody, whatever the balance says.
    """
    if order.rule is AmountRule.FIXED:
        return (order.per_child_cents or 0) * family.children
    owed_cents = max(0, -family.account.balance_cents)
    if order.rule is AmountRule.OWED:
        return 0 if family.is_arranged else max(0, owed_cents - family.in_flight_cents)
    suggested = suggestion_for(
        family.account,
        to_come=family.to_come,
        in_flight_cents=family.in_flight_cents + (owed_cents if family.is_arranged else 0),
    )
    return suggested or 0


def given_again(notices: Iterable[Notice], *, service: str, amount_cents: int, today: date) -> Notice | None:
    """The notice that asks for the same already, if it is not late and not part of something else."""
    same = (
        notice
        for notice in notices
        if (notice.service, notice.amount_cents, notice.parts, notice.plan) == (service, amount_cents, (), None)
        and notice.state_on(today) is NoticeState.PAYABLE
        and notice.due_date >= today
    )
    return max(same, key=lambda notice: (notice.due_date, notice.number), default=None)
