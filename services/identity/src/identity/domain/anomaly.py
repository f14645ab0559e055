"""What an identity provider says when nobody signed in: AgID's table of SPID messages, and what to tell the person.

Source: SPID technical rules, *Messaggi di errore*; CIE id uses the same numbers. Each row names who can do something:
the person, the provider, or we. 1 is success and 24 is reserved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Cause = Literal["person", "provider", "request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """What to tell the person: what happened, and what to do. `cause` is `request` when ours was refused."""

    number: int | None
    cause: Cause
    message: str
    advice: str


_OUR_MISTAKE: Final = (
    "La colpa non è tua: è la richiesta del nostro sito. Puoi riprovare più tardi; se il problema continua, segnala "
    "questo codice all'ufficio."
)
_LATER: Final = "Ripeti l'accesso al servizio più tardi."

_PERSON: Final = {
    19: (
        "Autenticazione fallita per ripetuta sottomissione di credenziali errate",
        "Inserisci le credenziali corrette. Se le hai dimenticate, recuperale presso il tuo gestore di identità.",
    ),
    20: (
        "Utente privo di credenziali compatibili con il livello di autenticazione richiesto",
        "Chiedi al tuo gestore di identità credenziali di livello idoneo all'accesso al servizio.",
    ),
    21: (
        "Timeout durante l'autenticazione utente",
        "Si ricorda che l'operazione di autenticazione deve essere completata entro un determinato periodo di tempo.",
    ),
    22: (
        "L'utente nega il consenso all'invio di dati al fornitore del servizio",
        "È necessario dare il consenso per poter accedere al servizio.",
    ),
    23: (
        "Utente con identità sospesa/revocata o con credenziali bloccate",
        "Contatta il gestore della tua identità digitale.",
    ),
    25: ("Processo di autenticazione annullato dall'utente", "Puoi riprovare ad accedere."),
    30: (
        "L'identità digitale utilizzata non è un'identità digitale del tipo atteso",
        "Usa l'identità digitale personale: quella a uso professionale o di una persona giuridica qui non vale.",
    ),
}
_PROVIDER: Final = {
    2: "Sistema di autenticazione non disponibile",
    3: "Sistema di autenticazione non disponibile",
}
_REQUEST: Final = {
    4: "Formato della richiesta non corretto",
    5: "Impossibile stabilire l'autenticità della richiesta di autenticazione",
    6: "Formato della richiesta non ricevibile",
    7: "Impossibile stabilire l'autenticità della richiesta di autenticazione",
    8: "Formato della richiesta non conforme alle specifiche",
    9: "Versione della richiesta non conforme",
    10: "Mittente della richiesta non riconosciuto",
    11: "Identificativo della richiesta non conforme",
    12: "Autenticazione SPID non conforme o non specificata",
    13: "Istante della richiesta non coerente con l'ora attuale",
    14: "Destinatario della richiesta non corretto",
    15: "Richiesta di autenticazione non ammessa",
    16: "Indirizzo di ritorno della richiesta non corretto",
    17: "Formato dell'identificativo richiesto non conforme",
    18: "Insieme di dati richiesto non riconosciuto",
}

ELSEWHERE: Final = Anomaly(
    number=None,
    cause="provider",
    message="Il gestore di identità non ha completato l'accesso",
    advice="Puoi riprovare; se il problema continua, contatta il gestore della tua identità digitale.",
)


def anomaly(number: int | None) -> Anomaly:
    """The texts for `ErrorCode nr<number>`; general ones for a failure without a number, or with one of no row."""
    if number in _PERSON:
        message, advice = _PERSON[number]
        return Anomaly(number=number, cause="person", message=message, advice=advice)
    if number in _PROVIDER:
        return Anomaly(number=number, cause="provider", message=_PROVIDER[number], advice=_LATER)
    if number in _REQUEST:
        return Anomaly(number=number, cause="request", message=_REQUEST[number], advice=_OUR_MISTAKE)
    return ELSEWHERE
