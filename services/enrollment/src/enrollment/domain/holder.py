"""The account holder as far as enrolment must know: what they owe, and so whether they may enrol again.

Rule: the municipality's notice, "Per gli alunni già iscritti al servizio, le iscrizioni saranno possibili solo se si è
provveduto al saldo del conto mensa dell'anno precedente".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from enrollment.domain.errors import DebtOutstandingError
from enrollment.domain.identifiers import GuardianId
from enrollment.domain.pupil import Pupil
from enrollment.domain.school_year import previous_label

PAY_AT: Final = "/portale/pagamenti/meals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """`debt_cents` is what the ledger last said is owed on the one account of the holder: 0 when nothing is."""

    guardian_id: GuardianId
    debt_cents: int = 0
    version: int = 0

    def in_debt(self, debt_cents: int) -> Holder:
        """A debt was opened."""
        return replace(self, debt_cents=debt_cents)

    def settled(self) -> Holder:
        """Nothing is owed any more."""
        return replace(self, debt_cents=0)

    def with_balance(self, balance_cents: int) -> Holder:
        """The balance moved: while there is a debt its amount follows; only a settlement ends it."""
        return replace(self, debt_cents=-balance_cents) if self.debt_cents and balance_cents < 0 else self

    def check_may_enrol(self, children: Iterable[Pupil], school_year: str) -> None:
        """Raise DebtOutstandingError when the account is in debt and a child used a service the year before.

        `children`: the pupils with an enrolment paid by this holder. A family that is new, or comes back after
        a year without services, is never turned away.
        """
        if self.debt_cents <= 0 or not self._had_a_child_enrolled(children, previous_label(school_year)):
            return
        euro = f"{self.debt_cents // 100},{self.debt_cents % 100:02d}"
        raise DebtOutstandingError(
            f"Sul conto mensa risulta un insoluto di {euro} €. "
            "Salda l'importo dal menù Pagamenti, poi invia il modulo.",
            debt_cents=self.debt_cents,
            pay_at=PAY_AT,
        )

    def _had_a_child_enrolled(self, children: Iterable[Pupil], school_year: str) -> bool:
        return any(
            enrolment.school_year == school_year
            for child in children
            for enrolment in child.enrolled_by(self.guardian_id)
        )
