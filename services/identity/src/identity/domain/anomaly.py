"""Why an identity provider sent a person back: the user rows of AgID's table of SPID messages, with their texts.

Source: SPID technical rules, table of error messages ("Anomalie utente"); CIE id uses the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """What to tell the person: what happened, and what to do."""

    number: int | None
    message: str
    advice: str


_TRY_AGAIN: Final = "Puoi riprovare ad accedere."

_TABLE: Final = {
    19: ("Autenticazione fallita per ripetuta sottomissione di credenziali errate", "Inserire credenziali corrette"),
    20: (
        "Utente privo di credenziali compatibili con il livello di autenticazione richiesto",
        "Acquisire credenziali di livello idoneo all'accesso al servizio",
    ),
    21: (
        "Timeout durante l'autenticazione utente",
        "Si ricorda che l'operazione di autenticazione deve essere completata entro un determinato periodo di tempo",
    ),
    22: (
        "L'utente nega il consenso all'invio di dati al fornitore del servizio",
        "È necessario dare il consenso per poter accedere al servizio",
    ),
    23: (
        "Utente con identità sospesa/revocata o con credenziali bloccate",
        "Contattare il gestore della propria identità digitale",
    ),
    25: ("Processo di autenticazione annullato dall'utente", _TRY_AGAIN),
    30: (
        "L'identità digitale utilizzata non è un'identità digitale del tipo atteso",
        "È necessario eseguire l'autenticazione con le credenziali del corretto tipo di identità digitale richiesto",
    ),
}

ELSEWHERE: Final = Anomaly(
    number=None,
    message="Il gestore di identità non ha completato l'accesso",
    advice="Puoi riprovare; se il problema continua, contatta il gestore della tua identità digitale.",
)


def anomaly(number: int | None) -> Anomaly:
    """The texts for `ErrorCode nr<number>`; the general ones for a number the table does not give to the person."""
    row = _TABLE.get(number) if number is not None else None
    return Anomaly(number=number, message=row[0], advice=row[1]) if row else ELSEWHERE
