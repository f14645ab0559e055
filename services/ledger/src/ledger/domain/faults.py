"""The answers *no* that a creditor may give to the Nodo (SANP, fault codes PAA_*)."""

from __future__ import annotations

from enum import Enum


class Fault(Enum):
    """Code and customary wording; the Nodo matches on the code only."""

    XSD_SYNTAX = ("PAA_SINTASSI_XSD", "Errore di sintassi XSD")
    EXTRA_XSD_SYNTAX = ("PAA_SINTASSI_EXTRAXSD", "Errore di sintassi extra XSD")
    SOAP_ACTION = ("PAA_SOAPACTION_ERRATA", "SOAPAction errata")
    CREDITOR_UNKNOWN = ("PAA_ID_DOMINIO_ERRATO", "La PAA non corrisponde al Dominio indicato")
    BROKER_UNKNOWN = ("PAA_ID_INTERMEDIARIO_ERRATO", "Identificativo intermediario non corrispondente")
    STATION_UNKNOWN = ("PAA_STAZIONE_INT_ERRATA", "Stazione intermediario non corrispondente")
    NOTICE_UNKNOWN = (
        "PAA_PAGAMENTO_SCONOSCIUTO",
        "Pagamento in attesa risulta sconosciuto all'Ente Creditore",
    )
    ALREADY_PAID = ("PAA_PAGAMENTO_DUPLICATO", "Pagamento in attesa risulta concluso all'Ente Creditore")
    EXPIRED = ("PAA_PAGAMENTO_SCADUTO", "Pagamento in attesa risulta scaduto all'Ente Creditore")
    CANCELLED = ("PAA_PAGAMENTO_ANNULLATO", "Pagamento in attesa risulta annullato all'Ente Creditore")
    MEANINGLESS = ("PAA_SEMANTICA", "Errore semantico")
    RECEIPT_KNOWN = ("PAA_RECEIPT_DUPLICATA", "Ricevuta già acquisita dall'Ente Creditore")
    INTERNAL = ("PAA_SYSTEM_ERROR", "Errore generico")

    @property
    def code(self) -> str:
        """What the Nodo reads."""
        return self.value[0]

    @property
    def wording(self) -> str:
        """What a person reads."""
        return self.value[1]
