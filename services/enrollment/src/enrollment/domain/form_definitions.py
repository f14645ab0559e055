"""The forms of this municipality, every version ever published.

Texts: notice "Apertura Iscrizioni" of the municipality; privacy according to art. 13 of Regulation (EU) 2016/679.
"""

from __future__ import annotations

from typing import Final

from enrollment.domain.form import DIRECTION, Field, FieldType, FormDefinition, Option, Ride
from enrollment.domain.identifiers import Service

_PRIVACY: Final = (
    "I dati personali sono trattati dal Comune, titolare del trattamento, per gestire l'iscrizione ai servizi "
    "scolastici, rilevare le presenze e riscuotere le tariffe (art. 6, par. 1, lett. e, Regolamento UE 2016/679). "
    "Sono conservati per il tempo richiesto dalla legge e non sono diffusi. Puoi chiedere in ogni momento di vederli "
    "o correggerli."
)

_PUPIL: Final = (
    Field(name="pupil_given_name", label="Nome dell'alunno", type=FieldType.TEXT),
    Field(name="pupil_family_name", label="Cognome dell'alunno", type=FieldType.TEXT),
    Field(
        name="pupil_fiscal_code",
        label="Codice fiscale dell'alunno",
        type=FieldType.FISCAL_CODE,
        help="16 caratteri, come sulla tessera sanitaria; 11 cifre se è provvisorio.",
    ),
    Field(name="pupil_birth_date", label="Data di nascita dell'alunno", type=FieldType.DATE),
    Field(name="school_id", label="Scuola", type=FieldType.SELECT),
    Field(name="class_id", label="Classe", type=FieldType.SELECT),
)

_CONSENT: Final = Field(name="privacy_accepted", label="Ho letto l'informativa sulla privacy", type=FieldType.CHECKBOX)
_NOTES: Final = Field(name="notes", label="Note per l'ufficio", type=FieldType.TEXTAREA, required=False)

_MEALS_1: Final = FormDefinition(
    service=Service.MEALS,
    version=1,
    fields=(
        *_PUPIL,
        Field(
            name="days",
            label="Giorni di frequenza della mensa",
            type=FieldType.TEXT,
            required=False,
            help="Solo se l'alunno non si ferma a mensa tutti i giorni previsti per la sua classe.",
        ),
        _NOTES,
        _CONSENT,
    ),
    privacy_text=_PRIVACY,
)

_TRANSPORT_1: Final = FormDefinition(
    service=Service.TRANSPORT,
    version=1,
    fields=(
        *_PUPIL,
        Field(name="stop", label="Fermata richiesta", type=FieldType.TEXT, help="Via e numero civico più vicini."),
        Field(
            name=DIRECTION,
            label="Viaggi richiesti",
            type=FieldType.SELECT,
            options=(
                Option(value=Ride.BOTH, label="Andata e ritorno"),
                Option(value=Ride.OUTWARD, label="Solo andata"),
                Option(value=Ride.RETURN, label="Solo ritorno"),
            ),
        ),
        _NOTES,
        _CONSENT,
    ),
    privacy_text=_PRIVACY,
)

_DEFINITIONS: Final = (_MEALS_1, _TRANSPORT_1)


def latest_definition(service: Service) -> FormDefinition:
    """What a window opened today shows."""
    return max((each for each in _DEFINITIONS if each.service is service), key=lambda each: each.version)


def definition_of(service: Service, version: int) -> FormDefinition:
    """The definition an application was filled in with. Versions are never removed, so it is always there."""
    return next(each for each in _DEFINITIONS if each.service is service and each.version == version)
