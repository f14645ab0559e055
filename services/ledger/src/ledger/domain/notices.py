"""Payment notices: their number (SANP, numero avviso), their states, the codes printed on the letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType

from ledger.domain.errors import AmountNotValidError
from ledger.domain.money import MAX_CENTS

NoticeNumber = NewType("NoticeNumber", str)

AUX_DIGIT: Final = "3"
CHECK_MODULUS: Final = 93
BASE_DIGITS: Final = 13


def notice_number(segregation_code: str, base: int) -> NoticeNumber:
    """Aux digit 3 + segregation code + 13 digits + (all before, mod 93) on two digits.

    `base` must never repeat for one creditor and segregation code: take it from a sequence.
    Source: SANP, IUV generation.
    """
    if len(segregation_code) != 2 or not segregation_code.isdigit():
        message = "the segregation code has two digits"
        raise ValueError(message)
    if not 0 <= base < 10**BASE_DIGITS:
        message = "the base of a notice number has thirteen digits"
        raise ValueError(message)
    head = f"{AUX_DIGIT}{segregation_code}{base:0{BASE_DIGITS}d}"
    return NoticeNumber(f"{head}{int(head) % CHECK_MODULUS:02d}")


def iuv_of(number: str) -> str:
    """The IUV (creditor reference) of a notice with aux digit 3: its last 17 digits."""
    return number[1:]


def grouped(number: str) -> str:
    """The number as it is printed: `3010 0000 0000 0001 44`."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def qr_text(number: str, creditor_fiscal_code: str, amount_cents: int) -> str:
    """What the QR code of the letter says (Linee guida avviso, 002)."""
    return f"PAGOPA|002|{number}|{creditor_fiscal_code}|{amount_cents:02d}"


class NoticeState(StrEnum):
    """`payable` until a receipt arrives; only a receipt makes it `paid`."""

    PAYABLE = "payable"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


MOST_PARTS: Final = 5
"""Transfers of one payment (SANP)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePart:
    """What of a notice is for one service: one transfer of the payment."""

    service: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPlace:
    """Where a notice stands in a plan of `instalments` instalments: `number` from 1, or 0 for all of it at once."""

    plan_id: str
    number: int
    instalments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A top-up asked for by a holder. Days are Europe/Rome. `parts` is there when it is for several services.

    After `due_date` it can still be paid; after `payable_until` no longer. `state` never holds `expired`: that is a
    matter of the day on which one asks. `plan` is there when it is one of several notices for one amount.
    """

    number: NoticeNumber
    account_id: str
    service: str
    amount_cents: int
    issued_at: datetime
    due_date: date
    payable_until: date
    state: NoticeState = NoticeState.PAYABLE
    parts: tuple[NoticePart, ...] = ()
    plan: PlanPlace | None = None

    @property
    def instalment(self) -> tuple[int, int] | None:
        """`(2, 3)` for the second of three instalments; None for what is paid at once."""
        return (self.plan.number, self.plan.instalments) if self.plan and self.plan.number else None

    @property
    def transfers(self) -> tuple[NoticePart, ...]:
        """One for each service, in order; they add up to the amount."""
        return self.parts or (NoticePart(service=self.service, amount_cents=self.amount_cents),)

    @property
    def services(self) -> tuple[str, ...]:
        """What it is for."""
        return tuple(part.service for part in self.transfers)

    @property
    def iuv(self) -> str:
        """The creditor reference on the wire."""
        return iuv_of(self.number)

    def state_on(self, day: date) -> NoticeState:
        """The state a person or the Nodo sees on `day`."""
        if self.state is NoticeState.PAYABLE and day > self.payable_until:
            return NoticeState.EXPIRED
        return self.state


def payable_amount(amount_cents: int) -> int:
    """The amount, if pagoPA can carry it: no minimum and no maximum of our own. Raises AmountNotValidError."""
    if not 0 < amount_cents <= MAX_CENTS:
        message = "L'importo deve essere maggiore di zero."
        raise AmountNotValidError(message, amount_cents=amount_cents)
    return amount_cents


def payable_parts(parts: Sequence[NoticePart]) -> tuple[NoticePart, ...]:
    """Parts that pagoPA can carry in one payment, each service once. Raises AmountNotValidError."""
    services = {part.service for part in parts}
    if not parts or len(parts) > MOST_PARTS or len(services) != len(parts):
        message = f"Un avviso riguarda da uno a {MOST_PARTS} servizi diversi."
        raise AmountNotValidError(message, parts=len(parts))
    for part in parts:
        payable_amount(part.amount_cents)
    return tuple(parts)
