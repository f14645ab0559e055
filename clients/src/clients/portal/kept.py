"""What goes when erasure is granted, and what stays, in the words families read.

The rules are the services' own (`domain/retention.py` of each): a test holds these rows to them, rule by rule.
"""

from dataclasses import dataclass
from typing import Final

_YEAR_DAYS: Final = 365.25

GOES: Final = (
    "i tuoi recapiti, anche quelli già eliminati: non riceverai più messaggi, e non tornano con un nuovo accesso",
    "le deleghe che hai dato e quelle che hai ricevuto: finiscono subito",
    "la scelta di come ricevere le comunicazioni",
    "i tuoi accessi aperti, su tutti i dispositivi",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """`what` stays for `days` from `since`, and why; `rules` are those of `service` it tells of."""

    service: str
    rules: tuple[str, ...]
    what: str
    days: int
    since: str
    why: str

    @property
    def how_long(self) -> str:
        """In whole years."""
        years = round(self.days / _YEAR_DAYS)
        return "1 anno" if years == 1 else f"{years} anni"


STAYS: Final = (
    Kept(
        "enrollment",
        ("accepted-applications",),
        "Domande accettate, iscrizioni e dati dei figli iscritti",
        3653,
        "dalla fine dell'anno scolastico",
        "su di esse si basano gli addebiti (codice civile, art. 2220)",
    ),
    Kept(
        "enrollment",
        ("unaccepted-applications",),
        "Domande non accettate",
        365,
        "dalla fine dell'anno scolastico",
        "puoi ancora chiedere perché, o fare ricorso",
    ),
    Kept(
        "enrollment",
        ("notes-of-applications",),
        "Note scritte nelle domande",
        365,
        "dalla fine dell'anno scolastico",
        "sono servite per il servizio di quell'anno",
    ),
    Kept(
        "enrollment",
        ("ended-second-guardians",),
        "Chi è stato l'altro genitore di un alunno e le quote concordate",
        3653,
        "dalla fine",
        "in base a esse sono stati divisi gli addebiti (codice civile, art. 2220)",
    ),
    Kept(
        "enrollment",
        ("unaccepted-second-guardians",),
        "Chi è stato indicato come altro genitore e non ha accettato",
        365,
        "dalla risposta, o dall'indicazione se nessuno ha risposto",
        "fino ad allora entrambi possono vedere com'è andata",
    ),
    Kept(
        "attendance",
        ("marks", "roster"),
        "Presenze in mensa dei figli, con il loro nome e la classe",
        3653,
        "dal giorno del pasto, o dalla fine dell'iscrizione",
        "per dieci anni puoi chiedere indietro quanto hai pagato senza doverlo (codice civile, art. 2946)",
    ),
    Kept(
        "ledger",
        ("holders", "pupil_names"),
        "Il tuo nome e quello dei figli, accanto al conto",
        3653,
        "dall'ultimo movimento di un conto chiuso in pari, o dalla fine dell'ultima iscrizione",
        "le scritture contabili si conservano per dieci anni (codice civile, art. 2220)",
    ),
    Kept(
        "ledger",
        ("agreements",),
        "Le quote concordate con l'altro genitore, accanto al conto",
        3653,
        "dalla fine della condivisione",
        "dicono con chi è stato diviso un addebito (codice civile, art. 2220)",
    ),
    Kept(
        "ledger",
        ("declarations",),
        "Dichiarazioni ISEE ed esenzioni",
        1827,
        "dalla fine della loro validità",
        "la tariffa che hanno dato può essere contestata per cinque anni (codice civile, art. 2948)",
    ),
    Kept(
        "notify",
        ("letters", "deliveries", "communications"),
        "Messaggi che ti abbiamo inviato, e se sono arrivati",
        731,
        "dall'invio",
        "dimostrano che sei stato avvisato di un debito",
    ),
    Kept(
        "identity",
        ("register",),
        "Messaggi scambiati con SPID o CIE a ogni accesso",
        731,
        "dall'accesso",
        "lo impone il DPCM 24 ottobre 2014, art. 13",
    ),
    Kept(
        "identity",
        ("delegations",),
        "Deleghe finite, con il codice fiscale del delegato",
        731,
        "dalla fine della delega",
        "dicono con quale diritto qualcuno ha agito",
    ),
    Kept(
        "identity",
        ("erasures",),
        "Questa richiesta e la risposta",
        1827,
        "dalla risposta",
        "il Comune deve poter dimostrare come ha risposto (legge 689/1981, art. 28)",
    ),
    Kept(
        "every service",
        ("readings",),
        "Chi del personale ha letto i tuoi dati, e quando",
        731,
        "dalla lettura",
        "puoi ancora chiedere chi ha guardato",
    ),
)
