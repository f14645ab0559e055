"""The invented people who can sign in. Names are common ones; nobody of them exists."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from refettorio_local.simulators.idp.fiscal_code import fiscal_code

CREMA, CREMONA, MILANO, LODI, MOROCCO = "D142", "D150", "F205", "E648", "Z330"
PROVINCES = {CREMA: "CR", CREMONA: "CR", MILANO: "MI", LODI: "LO", MOROCCO: "EE"}
SPID, CIE = "spid", "cie"
Attributes: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A pupil to write in the enrolment forms."""

    given_name: str
    family_name: str
    born_on: date
    sex: str
    birthplace: str = CREMA

    @property
    def fiscal_code(self) -> str:
        return fiscal_code(
            given_name=self.given_name,
            family_name=self.family_name,
            born_on=self.born_on,
            sex=self.sex,
            birthplace=self.birthplace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """Somebody with a digital identity; `key` names them in forms and tests."""

    key: str
    given_name: str
    family_name: str
    born_on: date
    sex: str
    birthplace: str
    note: str
    mobile: str
    schemes: tuple[str, ...] = (SPID, CIE)
    children: tuple[Child, ...] = ()

    @property
    def fiscal_code(self) -> str:
        return fiscal_code(
            given_name=self.given_name,
            family_name=self.family_name,
            born_on=self.born_on,
            sex=self.sex,
            birthplace=self.birthplace,
        )

    @property
    def email(self) -> str:
        return f"{self.key}@posta.example"

    def attributes(self) -> Attributes:
        """Every attribute an identity provider knows, by its SPID name (SPEC §5.5)."""
        return {
            "spidCode": f"SIMU{self.fiscal_code[:10]}",
            "name": self.given_name,
            "familyName": self.family_name,
            "placeOfBirth": self.birthplace,
            "countyOfBirth": PROVINCES[self.birthplace],
            "dateOfBirth": self.born_on.isoformat(),
            "gender": self.sex,
            "fiscalNumber": f"TINIT-{self.fiscal_code}",
            "mobilePhone": self.mobile,
            "email": self.email,
        }


def _child(given_name: str, family_name: str, born_on: date, sex: str) -> Child:
    return Child(given_name=given_name, family_name=family_name, born_on=born_on, sex=sex)


CITIZENS: tuple[Citizen, ...] = (
    Citizen(
        key="giulia.ferrari",
        given_name="Giulia",
        family_name="Ferrari",
        born_on=date(1987, 3, 14),
        sex="F",
        birthplace=CREMA,
        note="Mamma di Luca e Sofia Bianchi",
        mobile="+393330000101",
        children=(
            _child("Luca", "Bianchi", date(2017, 5, 9), "M"),
            _child("Sofia", "Bianchi", date(2019, 11, 23), "F"),
        ),
    ),
    Citizen(
        key="marco.bianchi",
        given_name="Marco",
        family_name="Bianchi",
        born_on=date(1985, 8, 2),
        sex="M",
        birthplace=LODI,
        note="Papà di Luca e Sofia Bianchi",
        mobile="+393330000102",
        children=(
            _child("Luca", "Bianchi", date(2017, 5, 9), "M"),
            _child("Sofia", "Bianchi", date(2019, 11, 23), "F"),
        ),
    ),
    Citizen(
        key="elena.colombo",
        given_name="Elena",
        family_name="Colombo",
        born_on=date(1990, 12, 1),
        sex="F",
        birthplace=MILANO,
        note="Mamma di Matteo, Anna e Pietro Rossi",
        mobile="+393330000103",
        children=(
            _child("Matteo", "Rossi", date(2013, 2, 17), "M"),
            _child("Anna", "Rossi", date(2016, 7, 30), "F"),
            _child("Pietro", "Rossi", date(2020, 4, 5), "M"),
        ),
    ),
    Citizen(
        key="paolo.rossi",
        given_name="Paolo",
        family_name="Rossi",
        born_on=date(1986, 6, 21),
        sex="M",
        birthplace=CREMONA,
        note="Papà di Matteo, Anna e Pietro Rossi",
        mobile="+393330000104",
    ),
    Citizen(
        key="amina.elidrissi",
        given_name="Amina",
        family_name="El Idrissi",
        born_on=date(1989, 1, 19),
        sex="F",
        birthplace=MOROCCO,
        note="Mamma di Yasmin Moretti",
        mobile="+393330000105",
        children=(_child("Yasmin", "Moretti", date(2018, 9, 12), "F"),),
    ),
    Citizen(
        key="davide.moretti",
        given_name="Davide",
        family_name="Moretti",
        born_on=date(1984, 10, 8),
        sex="M",
        birthplace=CREMA,
        note="Papà di Yasmin Moretti",
        mobile="+393330000106",
    ),
    Citizen(
        key="chiara.galli",
        given_name="Chiara",
        family_name="Galli",
        born_on=date(1992, 5, 27),
        sex="F",
        birthplace=CREMA,
        note="Mamma di Tommaso Galli",
        mobile="+393330000107",
        children=(_child("Tommaso", "Galli", date(2015, 1, 31), "M"),),
    ),
    Citizen(
        key="nicolo.deluca",
        given_name="Nicolò",
        family_name="De Luca",
        born_on=date(1988, 2, 29),
        sex="M",
        birthplace=MILANO,
        note="Papà di Emma De Luca",
        mobile="+393330000108",
        children=(_child("Emma", "De Luca", date(2019, 8, 15), "F"),),
    ),
    Citizen(
        key="rosa.marchetti",
        given_name="Rosa",
        family_name="Marchetti",
        born_on=date(1958, 4, 4),
        sex="F",
        birthplace=CREMA,
        note="Nonna affidataria di Giada Serra; ha soltanto la carta d'identità elettronica",
        mobile="+393330000109",
        schemes=(CIE,),
        children=(_child("Giada", "Serra", date(2014, 12, 24), "F"),),
    ),
    Citizen(
        key="silvia.brambilla",
        given_name="Silvia",
        family_name="Brambilla",
        born_on=date(1988, 6, 3),
        sex="F",
        birthplace=CREMA,
        note="Mamma di Alice e Giorgio Tosi",
        mobile="+393330000114",
        children=(
            _child("Alice", "Tosi", date(2019, 3, 8), "F"),
            _child("Giorgio", "Tosi", date(2021, 10, 2), "M"),
        ),
    ),
    Citizen(
        key="karim.benali",
        given_name="Karim",
        family_name="Benali",
        born_on=date(1986, 11, 25),
        sex="M",
        birthplace=MOROCCO,
        note="Papà di Youssef Benali",
        mobile="+393330000115",
        children=(_child("Youssef", "Benali", date(2017, 9, 1), "M"),),
    ),
    Citizen(
        key="laura.pellegrini",
        given_name="Laura",
        family_name="Pellegrini",
        born_on=date(1983, 2, 11),
        sex="F",
        birthplace=LODI,
        note="Mamma di Martina e Filippo Riva",
        mobile="+393330000116",
        children=(
            _child("Martina", "Riva", date(2017, 12, 19), "F"),
            _child("Filippo", "Riva", date(2019, 7, 27), "M"),
        ),
    ),
    Citizen(
        key="stefano.mori",
        given_name="Stefano",
        family_name="Mori",
        born_on=date(1980, 9, 30),
        sex="M",
        birthplace=MILANO,
        note="Papà di Gabriele Mori",
        mobile="+393330000117",
        children=(_child("Gabriele", "Mori", date(2020, 1, 15), "M"),),
    ),
    Citizen(
        key="irene.costa",
        given_name="Irene",
        family_name="Costa",
        born_on=date(1991, 4, 22),
        sex="F",
        birthplace=CREMONA,
        note="Mamma di Aurora Costa",
        mobile="+393330000118",
        children=(_child("Aurora", "Costa", date(2021, 5, 6), "F"),),
    ),
    Citizen(
        key="andrea.longhi",
        given_name="Andrea",
        family_name="Longhi",
        born_on=date(1984, 12, 12),
        sex="M",
        birthplace=CREMA,
        note="Papà di Leonardo e Camilla Longhi",
        mobile="+393330000119",
        children=(
            _child("Leonardo", "Longhi", date(2017, 2, 14), "M"),
            _child("Camilla", "Longhi", date(2020, 8, 9), "F"),
        ),
    ),
    Citizen(
        key="zenobia.quarantottini",
        given_name="Zenobia",
        family_name="Quarantottini",
        born_on=date(1987, 8, 28),
        sex="F",
        birthplace=LODI,
        note="Mamma di Ermenegildo e Callimaco; il suo nome non si confonde con nessuna altra parola",
        mobile="+393339988776",
        children=(
            _child("Ermenegildo", "Quarantottini", date(2018, 10, 4), "M"),
            _child("Callimaco", "Quarantottini", date(2017, 3, 27), "M"),
        ),
    ),
    Citizen(
        key="francesca.villa",
        given_name="Francesca",
        family_name="Villa",
        born_on=date(1979, 9, 16),
        sex="F",
        birthplace=CREMONA,
        note="Impiegata dell'ufficio scuola del Comune",
        mobile="+393330000110",
    ),
    Citizen(
        key="alessandro.fontana",
        given_name="Alessandro",
        family_name="Fontana",
        born_on=date(1975, 11, 11),
        sex="M",
        birthplace=LODI,
        note="Amministratore del sistema presso il Comune",
        mobile="+393330000111",
    ),
    Citizen(
        key="teresa.conti",
        given_name="Teresa",
        family_name="Conti",
        born_on=date(1981, 7, 7),
        sex="F",
        birthplace=CREMA,
        note="Addetta alla mensa della scuola",
        mobile="+393330000112",
    ),
    Citizen(
        key="ugo.sala",
        given_name="Ugo",
        family_name="Sala",
        born_on=date(1964, 3, 3),
        sex="M",
        birthplace=MILANO,
        note="Cittadino senza figli: non ha nulla nel portale",
        mobile="+393330000113",
    ),
)


def citizens_of(scheme: str) -> tuple[Citizen, ...]:
    """Who can sign in with `spid` or `cie`."""
    return tuple(citizen for citizen in CITIZENS if scheme in citizen.schemes)


def described(citizen: Citizen) -> dict[str, object]:
    """A citizen for tests and for the story."""
    return {
        "key": citizen.key,
        "given_name": citizen.given_name,
        "family_name": citizen.family_name,
        "fiscal_code": citizen.fiscal_code,
        "born_on": citizen.born_on.isoformat(),
        "email": citizen.email,
        "mobile": citizen.mobile,
        "schemes": list(citizen.schemes),
        "note": citizen.note,
        "children": [
            {
                "given_name": child.given_name,
                "family_name": child.family_name,
                "fiscal_code": child.fiscal_code,
                "born_on": child.born_on.isoformat(),
            }
            for child in citizen.children
        ],
    }
