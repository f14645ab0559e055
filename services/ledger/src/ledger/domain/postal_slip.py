"""The postal slip (bollettino postale PA) and what its Data Matrix says, where the creditor has a postal account."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

SLIP_LENGTH: Final = 256
DOCUMENT_KIND: Final = "896"
SLIP_KIND: Final = "P1"
_KEPT: Final = frozenset(" &',-.:_")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAccount:
    """`number` has up to twelve digits; `authorisation` is Poste's leave to print slips; `iban` may be empty."""

    number: str
    holder: str
    authorisation: str
    iban: str


def slip_text(  # noqa: PLR0913 - each is one field of the code
    *,
    notice_number: str,
    account: PostalAccount,
    creditor_fiscal_code: str,
    debtor_fiscal_code: str,
    debtor_name: str,
    subject: str,
    amount_cents: int,
) -> str:
    """Exactly 256 characters. Source: Linee guida avviso di pagamento, Data Matrix of the slip."""
    codeline = f"18{notice_number}12{account.number:>012}10{amount_cents:010d}3{DOCUMENT_KIND}"
    payee = f"1{SLIP_KIND}{creditor_fiscal_code}"
    payer = f"{_fitted(debtor_fiscal_code, 16)}{_fitted(debtor_name, 40)}{_fitted(subject, 110)}"
    return f"codfase=NBPA;{codeline}{payee}{payer}{' ' * 12}A"


def _fitted(text: str, length: int) -> str:
    """Plain letters without accents, anything unusual a space, cut and filled to `length`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = "".join(each if each.isalnum() or each in _KEPT else " " for each in plain)
    return kept[:length].ljust(length)
