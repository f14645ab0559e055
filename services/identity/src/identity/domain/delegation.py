"""A delegation (*delega*): a guardian lets another adult act for them, within scopes and to a last day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from identity.domain.errors import (
    DelegateNotAdultError,
    DelegateSelfError,
    DelegationDayError,
    DelegationScopeError,
)
from identity.domain.fiscal_code import FiscalCode, birth_day

SEE: Final = "see"
"""Balance, movements, children and their days. Every delegation has it."""
PAY: Final = "pay"
"""Notices, cards, letters of payment."""
MESSAGES: Final = "messages"
"""What the municipality wrote to the family."""
DELEGABLE: Final = (SEE, PAY, MESSAGES)

ADULT_YEARS: Final = 18
"""Art. 2 of the civil code."""
MOST_DELEGATES: Final = 10
"""At a time, of one guardian: more than any family needs."""
_FIRST_MONTH: Final = 9
"""School years begin on 1 September and end on 31 August."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """`delegate` is a fiscal code: who has it need not have signed in yet. `last_day` is a Rome day, inclusive."""

    delegation_id: str
    guardian_id: str
    delegate: FiscalCode
    scopes: frozenset[str]
    given_at: datetime
    last_day: date
    revoked_at: datetime | None = None

    def holds(self, today: date) -> bool:
        """Whether it opens anything on this Rome day."""
        return self.revoked_at is None and today <= self.last_day

    def revoked(self, at: datetime) -> Delegation:
        """Over at once."""
        return replace(self, revoked_at=at)


def latest_last_day(today: date) -> date:
    """The end of the next school year."""
    this_year_ends = today.year + (today.month >= _FIRST_MONTH)
    return date(this_year_ends + 1, 8, 31)


def checked_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """With `see`, without which nothing can be done. Raises `DelegationScopeError`."""
    chosen = frozenset(scopes) | {SEE}
    if not chosen <= frozenset(DELEGABLE):
        raise DelegationScopeError("Scegli che cosa può fare la persona delegata tra le voci proposte.")
    return chosen


def check_delegate(delegate: FiscalCode, *, of: FiscalCode, today: date) -> None:
    """Another adult, by their fiscal code. Raises `DelegateSelfError`, `DelegateNotAdultError`.

    A provisional code of digits has no date in it: nobody can tell that its owner is an adult.
    """
    if delegate == of:
        raise DelegateSelfError("Questo è il tuo codice fiscale: delega un'altra persona.")
    born = birth_day(delegate, today)
    if born is None or _birthday(born, ADULT_YEARS) > today:
        raise DelegateNotAdultError("Puoi delegare soltanto una persona maggiorenne, con il codice fiscale definitivo.")


def check_last_day(last_day: date, today: date) -> None:
    """Raises `DelegationDayError`."""
    if not today <= last_day <= latest_last_day(today):
        end = latest_last_day(today)
        raise DelegationDayError(f"La delega può valere da oggi fino al {end:%d/%m/%Y}: scegli un giorno tra questi.")


def _birthday(born: date, years: int) -> date:
    """Who is born on 29 February turns of age on 1 March of a common year."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
