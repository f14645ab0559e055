"""What a debt means for an enrolment: it stops it, unless something speaks for the family.

Rule: the municipality's notice, "le iscrizioni saranno possibili solo se si è provveduto al saldo del conto mensa
dell'anno precedente". A payment on its way counts as paid; nobody is blamed while nobody can pay; what the office has
decided about the debt holds here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from enrollment.domain.errors import DebtOutstandingError

PAY_AT: Final = "/portale/pagamenti/meals"


class Lifting(StrEnum):
    """Why a debt does not stop an enrolment now: the words of the ledger, which suspends reminders for the same."""

    NETWORK_DOWN = "network-down"
    PAYMENT_IN_FLIGHT = "payment-in-flight"
    EXEMPT = "exempt"
    ON_PLAN = "on-plan"


_WHY_LIFTED: Final = {
    Lifting.NETWORK_DOWN: "La rete dei pagamenti è ferma: puoi inviare il modulo e saldare quando riparte.",
    Lifting.PAYMENT_IN_FLIGHT: "Il pagamento in corso vale come già fatto: puoi inviare il modulo.",
    Lifting.EXEMPT: "L'ufficio ha sospeso il blocco: puoi inviare il modulo.",
    Lifting.ON_PLAN: "Stai rispettando il piano di rate: puoi inviare il modulo.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtBlock:
    """A debt of a family that used a service the year before; `lifted_by` says why it stops nobody now.

    `in_flight_cents` of it are being paid now, and count up to `in_flight_until`.
    """

    debt_cents: int
    in_flight_cents: int = 0
    in_flight_until: datetime | None = None
    lifted_by: Lifting | None = None

    @property
    def to_pay_cents(self) -> int:
        """What nobody is paying yet."""
        return max(0, self.debt_cents - self.in_flight_cents)

    @property
    def text(self) -> str:
        """The debt, and what it means now, as families read it."""
        owed = f"Sul conto mensa risulta un insoluto di {_euro(self.debt_cents)}."
        if self.lifted_by is not None:
            return f"{owed} {_WHY_LIFTED[self.lifted_by]}"
        if self.in_flight_cents:
            flying = f"Un pagamento di {_euro(self.in_flight_cents)} è in corso."
            return f"{owed} {flying} Salda il resto dal menù Pagamenti, poi invia il modulo."
        return f"{owed} Salda l'importo dal menù Pagamenti, poi invia il modulo."

    def check_may_enrol(self) -> None:
        """Raise DebtOutstandingError, with the amounts and the way to pay, unless the block is lifted."""
        if self.lifted_by is None:
            raise DebtOutstandingError(
                self.text,
                debt_cents=self.debt_cents,
                in_flight_cents=self.in_flight_cents,
                to_pay_cents=self.to_pay_cents,
                pay_at=PAY_AT,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInFlight:
    """Somebody began to pay a notice of the account: it counts as paid before `counts_until`."""

    notice_number: str
    amount_cents: int
    began_at: datetime
    counts_until: datetime

    def counts_at(self, moment: datetime) -> bool:
        """Whether it is still to be waited for."""
        return moment < self.counts_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """To be paid by `due_date`, a Europe/Rome day."""

    due_date: date
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A debt to be paid in parts, earliest first; `paid_cents` is what came in since it was granted."""

    plan_id: str
    instalments: tuple[Instalment, ...]
    paid_cents: int = 0

    def is_kept_on(self, day: date) -> bool:
        """Whether it is not over, and what came in covers the parts that were due before `day`."""
        due_cents = sum(part.amount_cents for part in self.instalments if part.due_date < day)
        return day <= self.instalments[-1].due_date and self.paid_cents >= due_cents


def _euro(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d} €"
