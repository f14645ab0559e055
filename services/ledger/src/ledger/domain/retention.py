"""How long the ledger keeps what names a person or says what a household earns. Entries of the book never go.

Sources: civil code, art. 2220 (accounting records: ten years from the last entry), art. 2946 (what was paid without
being owed may be asked back for ten years), art. 2948, n. 4 (what is owed by the year or more often: five years); law
689/1981, art. 28 (a false declaration is fined for five years).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from ledger.domain.accounts import Account
from ledger.domain.errors import DeclarationsForgottenError
from ledger.domain.shares import Agreement
from refettorio_chassis.retention import Rule

HOLDERS: Final = Rule(
    name="holders",
    what="name and fiscal code of who an account belongs to; the account and its entries stay, and name nobody",
    kept_for=timedelta(days=3653),
    counted_from="the last entry of an account on which nothing is owed either way",
    because="accounting records are kept ten years from the last entry, and say whose they are: civil code, art. 2220",
)
PUPIL_NAMES: Final = Rule(
    name="pupil_names",
    what="names of pupils, as statements and certificates print them",
    kept_for=HOLDERS.kept_for,
    counted_from="the end of the last enrolment",
    because="what was paid for a pupil may be asked back, or proved, for ten years: civil code, art. 2946",
)
DECLARATIONS: Final = Rule(
    name="declarations",
    what="ISEE and exemptions a household declared",
    kept_for=timedelta(days=1827),
    counted_from="the last day it was valid",
    because="the price it gave may be claimed, and a false one fined, for five years: civil code, art. 2948, n. 4; law "
    "689/1981, art. 28. The entry keeps the bracket and the price",
)
AGREEMENTS: Final = Rule(
    name="agreements",
    what="who agreed to bear which percent of a pupil's costs; what was shared stays in the entries",
    kept_for=HOLDERS.kept_for,
    counted_from="the day from which nothing is shared any more",
    because="they say who shared a charge with whom, as the names beside the accounts: civil code, art. 2220",
)
RULES: Final = (HOLDERS, PUPIL_NAMES, DECLARATIONS, AGREEMENTS)


def is_at_rest(account: Account, *, since: datetime) -> bool:
    """Whether nothing moved from `since` on, nothing is owed and nothing reserved."""
    is_settled = account.balance_cents == account.pending.debits_cents == account.pending.credits_cents == 0
    return is_settled and account.updated_at is not None and account.updated_at < since


def agreements_over(agreements: Iterable[Agreement], before: date) -> list[Agreement]:
    """All those of a pupil and a holder whose last one says that nothing is shared, from a day before `before`."""
    by_pair: dict[tuple[str, str], list[Agreement]] = {}
    for each in sorted(agreements, key=lambda agreement: (agreement.valid_from, agreement.sequence)):
        by_pair.setdefault((each.pupil_id, each.account_id), []).append(each)
    over = (pair for pair in by_pair.values() if not pair[-1].percent and pair[-1].valid_from < before)
    return [each for pair in over for each in pair]


def is_declared(first: date, today: date) -> bool:
    """Whether no declaration that was valid on `first` is gone."""
    return first >= today - DECLARATIONS.kept_for


def check_is_declared(first: date, today: date) -> None:
    """Raises DeclarationsForgottenError for days whose declarations may be gone: all would be rated as without one."""
    if not is_declared(first, today):
        message = "Le dichiarazioni ISEE di questo periodo non sono più conservate: non si può più ricalcolare."
        raise DeclarationsForgottenError(message, first_day=(today - DECLARATIONS.kept_for).isoformat())
