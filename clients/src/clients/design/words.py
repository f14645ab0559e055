"""Codes of the services, in the words families and clerks use."""

from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "service": {"meals": "Refezione Scolastica", "transport": "Trasporto Scolastico"},
    # The four states of the notice's legend, and the guardian's own withdrawal.
    "application": {
        "submitted": "Modulo inviato",
        "under-review": "Modulo da validare",
        "accepted": "Modulo accettato",
        "rejected": "Modulo rifiutato",
        "withdrawn": "Modulo ritirato",
    },
    "application_icon": {
        "submitted": "it-mail",
        "under-review": "it-clock",
        "accepted": "it-check-circle",
        "rejected": "it-close-circle",
        "withdrawn": "it-restore",
    },
    "application_tone": {
        "submitted": "primary",
        "under-review": "warning",
        "accepted": "success",
        "rejected": "danger",
        "withdrawn": "secondary",
    },
    "application_meaning": {
        "submitted": "La domanda è stata compilata correttamente e inviata al Comune.",
        "under-review": "La richiesta di iscrizione al servizio è in fase di verifica.",
        "accepted": "La richiesta di iscrizione al servizio è stata accettata.",
        "rejected": "La richiesta di iscrizione al servizio NON è stata accettata.",
        "withdrawn": "La domanda è stata ritirata da chi l'ha inviata.",
    },
    "role": {
        "guardian": "famiglia",
        "office": "ufficio",
        "administrator": "ufficio",
        "canteen": "personale addetto",
        "kitchen": "cucina",
        "driver": "autista",
        "auditor": "revisore",
    },
    "staff_role": {
        "office": "Ufficio",
        "administrator": "Amministratore",
        "canteen": "Personale della mensa",
        "kitchen": "Cucina",
        "driver": "Autista",
        "auditor": "Revisore",
    },
    "mark": {"expected": "Da rilevare", "present": "Presente", "absent": "Assente"},
    "sheet": {"open": "aperto", "closed": "inviato", "no-service": "servizio non previsto"},
    "notice": {"payable": "Da pagare", "paid": "Pagato", "cancelled": "Annullato", "expired": "Scaduto"},
    "notice_icon": {
        "payable": "it-clock",
        "paid": "it-check-circle",
        "cancelled": "it-close-circle",
        "expired": "it-ban",
    },
    "plan": {"open": "In corso", "paid": "Pagato", "ended": "Chiuso senza essere pagato del tutto"},
    "plan_icon": {"open": "it-clock", "paid": "it-check-circle", "ended": "it-close-circle"},
    "refund": {
        "requested": "In verifica",
        "approved": "Approvato",
        "rejected": "Rifiutato",
        "sent": "Inviato alla banca",
        "paid": "Pagato",
    },
    "refund_icon": {
        "requested": "it-clock",
        "approved": "it-check",
        "rejected": "it-close-circle",
        "sent": "it-upload",
        "paid": "it-check-circle",
    },
    "tariff_shape": {"flat": "Prezzo unico", "bracketed": "Fasce ISEE", "linear": "Lineare tra due ISEE"},
    "tariff_shape_meaning": {
        "flat": "Lo stesso prezzo per tutti.",
        "bracketed": "Un prezzo per ogni fascia di ISEE.",
        "linear": "Il prezzo cresce in linea retta tra due valori di ISEE.",
    },
    "unit": {"meal": "a pasto", "month": "al mese", "year": "all'anno"},
    "level": {
        "infanzia": "Scuola dell'infanzia",
        "primaria": "Scuola primaria",
        "secondaria1": "Secondaria di primo grado",
    },
    "exemption": {"disability": "Disabilità", "social-services": "Su indicazione dei servizi sociali"},
    "portion": {
        "full": "Pasto intero",
        "light": "Pasto leggero",
        "half": "Mezza porzione",
        "staff": "Pasto del personale",
        "one-way": "Una sola corsa, andata o ritorno",
    },
    "suspension": {
        "network-down": "la rete dei pagamenti è ferma",
        "payment-in-flight": "un pagamento è in corso",
        "exempt": "sospeso dall'ufficio",
        "on-plan": "pagamento a rate",
    },
    "arrangement": {
        "plan": "Piano di rate",
        "exemption": "Sospensione dei solleciti",
        "write-off": "Debito annullato",
    },
    "print_rule": {
        "owed": "Il debito, a chi ne ha uno",
        "suggested-top-up": "La ricarica suggerita fino alla fine dell'anno",
    },
    "print": {
        "issuing": "Emissione degli avvisi in corso",
        "printing": "Preparazione dei documenti in corso",
        "ready": "Pronta",
        "failed": "Interrotta",
        "forgotten": "Documenti non più conservati",
    },
    "print_icon": {
        "issuing": "it-clock",
        "printing": "it-clock",
        "ready": "it-check-circle",
        "failed": "it-close-circle",
        "forgotten": "it-ban",
    },
    "reduction": {
        "sibling": "fratelli",
        "non-resident": "non residenti",
        "disability": "disabilità",
        "social-services": "servizi sociali",
        "light": "pasto leggero",
        "half": "mezza porzione",
        "staff": "personale",
        "one-way": "una sola corsa",
    },
    "year_end": {
        "carried-over": "Credito che passa all'anno successivo",
        "refund-due": "Credito da restituire",
        "debt-due": "Debito da riscuotere",
        "even": "In pari",
    },
    "reconciliation": {
        "matched": "Riconciliato",
        "amount-differs": "Importo diverso dalla ricevuta",
        "receipt-missing": "Ricevuta mancante",
        "revoked": "Pagamento revocato",
        "repeated": "Pagamento ripetuto nei flussi",
        "flow-missing": "Ricevuta senza flusso",
    },
    "reconciliation_became": {
        "matched": "riconciliata",
        "amount-differs": "importo diverso dalla ricevuta",
        "receipt-missing": "ricevuta mancante, con altri importi",
        "revoked": "pagamento revocato",
        "repeated": "pagamento ripetuto nei flussi",
        "flow-missing": "ricevuta senza flusso",
        "gone": "i flussi dicono altro",
    },
    "anomaly": {
        "already-paid": "Avviso già pagato",
        "expired": "Avviso scaduto",
        "cancelled": "Avviso annullato",
        "amount-differs": "Importo diverso dall'avviso",
        "unmatched": "Pagamento senza avviso",
    },
    "anomaly_action": {
        "leave-as-credit": "Lasciato a credito",
        "refund-due": "Da restituire",
        "attach": "Attribuito a un conto",
    },
    "anomaly_action_long": {
        "leave-as-credit": "Lasciarlo a credito sul conto della famiglia",
        "refund-due": "Restituirlo a chi ha pagato",
        "attach": "Attribuirlo a un conto",
    },
    "template": {
        "contact-code": "Codice di verifica",
        "communication": "Comunicazione del Comune",
        "application-submitted": "Ricevuta della domanda",
        "application-accepted": "Domanda accettata",
        "application-rejected": "Domanda rifiutata",
        "top-up-credited": "Ricarica ricevuta",
        "balance-running-low": "Credito in esaurimento",
        "balance-finished": "Credito esaurito",
        "balance-in-debt": "Conto in debito",
        "reminder-issued": "Sollecito di pagamento",
        "debt-written-off": "Debito annullato",
        "instalment-plan-granted": "Piano di rate",
        "refund-approved": "Rimborso approvato",
        "refund-paid": "Rimborso pagato",
        "refund-rejected": "Rimborso non accolto",
        "notice-paid-twice": "Avviso pagato due volte",
        "year-closed-carried-over": "Credito per il prossimo anno",
        "year-closed-refund-due": "Credito rimborsabile",
        "year-closed-debt-due": "Anno da saldare",
    },
    "access": {"person-read": "Ha consultato i tuoi dati e i tuoi recapiti"},
    "verified_by": {"identity-provider": "comunicato da SPID o CIE", "one-time-code": "con il codice che hai ricevuto"},
    "channel": {"portal": "portale", "email": "posta elettronica", "sms": "SMS"},
    "delivery": {
        "planned": "In attesa",
        "sending": "In invio",
        "sent": "Inviato",
        "delivered": "Consegnato",
        "failed": "Non riuscito",
    },
    "tablet": {
        "waiting": "In attesa del codice",
        "paired": "Abbinato",
        "revoked": "Revocato",
        "expired": "Codice scaduto",
    },
    "machine": {"live": "Attivo", "expired": "Scaduto", "revoked": "Revocato"},
    "machine_kind": {"secret": "Segreto per le API", "key": "Chiave del sistema per le API", "kafka": "Utente Kafka"},
    "machine_credential": {
        "usable": "Valida",
        "waiting": "In attesa di Kafka",
        "password-lost": "Password da rifare",
    },
    "machine_scope": {
        "enrollment.schools.read": "Scuole e classi",
        "ledger.tariffs.read": "Tariffe",
    },
    "machine_topic": {
        "refettorio.enrollment.pupils.v1": "Iscrizioni degli alunni",
        "refettorio.enrollment.calendar.v1": "Giorni senza servizio",
        "refettorio.attendance.meals.v1": "Pasti serviti",
        "refettorio.attendance.sheets.v1": "Fogli presenze chiusi",
        "refettorio.ledger.payments.v1": "Avvisi e pagamenti",
        "refettorio.notify.communications.v1": "Comunicazioni alle famiglie",
    },
    "contact": {"email": "Posta elettronica", "sms": "Cellulare"},
}


def word(kind: str, code: str) -> str:
    """What people call `code`; the code itself when a service has a new one the pages do not know yet."""
    return _WORDS[kind].get(code, code)


def marker(marked_by: str) -> str:
    """The part of who took a mark."""
    match marked_by:
        case "office":
            return "ufficio del Comune"
        case _:
            return "personale addetto"
