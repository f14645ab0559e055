"""Pupils during the year, as the office sees and changes them."""

import pytest

from tests.support.browserless import Browser
from tests.support.second_guardians_double import OFFICE, WITH_PAOLO, office_json
from tests.support.services_double import OFFICE_PUPIL, PUPIL, ServicesDouble

PAGE = f"/ufficio/alunni/{PUPIL}"
END = f"{PAGE}/iscrizioni/enr_1/termina"
MOVED = {"class_id": "infanzia-gialli", "first_day": "2025-11-03", "move_reason": "Cambio di residenza"}
RIDE = {"ride-enr_1": "return", "ride_day-enr_1": "2026-02-01", "ride_reason-enr_1": "Torna con i nonni"}
ENDED = {"last_day-enr_1": "2025-12-19", "end_reason-enr_1": "Trasferimento", "end_confirmed-enr_1": "yes"}

SHARED = f"{PAGE}/altro-genitore/{WITH_PAOLO}/termina"
UNSHARED = {f"sharing_reason-{WITH_PAOLO}": "Tribunale di Cremona, 12/2025", f"sharing_confirmed-{WITH_PAOLO}": "yes"}


async def test_a_class_is_chosen_and_its_pupils_are_listed(clerk: Browser, services: ServicesDouble) -> None:
    assert "Scegli una classe" in (await clerk.see("/ufficio/alunni")).text

    page = (await clerk.see("/ufficio/alunni?classe=primaria-1a")).text

    assert f'<a href="{PAGE}">Luca Rossi</a>' in page
    assert services.sent("GET", "/api/enrollment/v1/pupils")[-1].query == {"class_id": "primaria-1a"}


async def test_a_class_without_pupils_says_so(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/enrollment/v1/pupils", {"items": []})

    assert "Nessun alunno iscritto" in (await clerk.see("/ufficio/alunni?classe=primaria-2a")).text


async def test_a_pupil_shows_class_period_and_who_pays(clerk: Browser) -> None:
    page = (await clerk.see(PAGE)).text

    for words in ("1A, Primaria Don Milani", "dal 12/09/2025 al 08/06/2026", "Anna Bianchi"):
        assert words in page


async def test_a_pupil_changes_class(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(f"{PAGE}/classe", **MOVED)

    assert response.headers["location"] == f"{PAGE}?esito=spostato"
    assert services.sent("POST", f"{OFFICE_PUPIL}/move")[0].body == {
        "class_id": "infanzia-gialli",
        "first_day": "2025-11-03",
        "reason": "Cambio di residenza",
    }
    assert "Il cambio di classe è registrato" in (await clerk.see(response.headers["location"])).text


@pytest.mark.parametrize(("field", "wrong"), [("class_id", ""), ("first_day", "3 novembre"), ("move_reason", "no")])
async def test_a_change_of_class_says_what_is_missing(
    clerk: Browser, services: ServicesDouble, field: str, wrong: str
) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(f"{PAGE}/classe", **(MOVED | {field: wrong}))

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert services.sent("POST", f"{OFFICE_PUPIL}/move") == []


async def test_an_enrolment_ends_once_it_is_meant(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    for field in ENDED:
        unmeant = await clerk.post(END, **{name: value for name, value in ENDED.items() if name != field})
        assert f'href="#{field}"' in unmeant.text
    assert services.sent("POST", f"{OFFICE_PUPIL}/enrolments/enr_1/end") == []
    response = await clerk.post(END, **ENDED)

    assert response.headers["location"] == f"{PAGE}?esito=terminata"
    sent = services.sent("POST", f"{OFFICE_PUPIL}/enrolments/enr_1/end")[0].body
    assert sent == {"last_day": "2025-12-19", "reason": "Trasferimento"}


async def test_a_ride_is_changed_from_a_day_on(clerk: Browser, services: ServicesDouble) -> None:
    on_the_bus(services)
    page = (await clerk.see(PAGE)).text
    assert "Andata e ritorno" in page
    assert "dal 07/01/2026" in page

    for field in RIDE:
        wrong = await clerk.post(f"{PAGE}/iscrizioni/enr_1/corse", **(RIDE | {field: ""}))
        assert f'href="#{field}"' in wrong.text
    response = await clerk.post(f"{PAGE}/iscrizioni/enr_1/corse", **RIDE)

    assert response.headers["location"] == f"{PAGE}?esito=corse"
    assert [each.body for each in services.sent("POST", f"{OFFICE_PUPIL}/enrolments/enr_1/ride")] == [
        {"ride": "return", "first_day": "2026-02-01", "reason": "Torna con i nonni"}
    ]
    assert "fai il ricalcolo" in (await clerk.see(response.headers["location"])).text


async def test_only_who_takes_the_bus_changes_rides(clerk: Browser) -> None:
    assert "Cambia le corse" not in (await clerk.see(PAGE)).text


def on_the_bus(services: ServicesDouble) -> None:
    services.answer("POST", f"{OFFICE_PUPIL}/enrolments/enr_1/ride", {})
    enrolment = {
        "enrolment_id": "enr_1",
        "account_id": "gua_unknown",
        "service": "transport",
        "school_year": "2025/26",
        "school_id": "primaria",
        "class_id": "primaria-1a",
        "valid_from": "2025-09-12",
        "valid_to": "2026-06-08",
        "ride": "both",
        "ride_since": "2026-01-07",
    }
    services.change("GET", OFFICE_PUPIL, enrolments=[enrolment])


@pytest.mark.parametrize(
    ("way", "path", "form"),
    [
        ("classe", f"{OFFICE_PUPIL}/move", MOVED),
        ("iscrizioni/enr_1/termina", f"{OFFICE_PUPIL}/enrolments/enr_1/end", ENDED),
        (f"altro-genitore/{WITH_PAOLO}/termina", f"{OFFICE}/{WITH_PAOLO}/end", UNSHARED),
    ],
)
async def test_a_refusal_is_told_and_what_was_typed_is_kept(
    clerk: Browser, services: ServicesDouble, way: str, path: str, form: dict[str, str]
) -> None:
    services.refuse("POST", path, "not-enrolled-that-day", "Quel giorno non è possibile.", 409)
    await clerk.see(PAGE)

    page = (await clerk.post(f"{PAGE}/{way}", **form)).text

    assert "Quel giorno non è possibile." in page
    assert all(f'value="{value}"' in page for value in form.values())


async def test_what_is_over_cannot_be_changed(clerk: Browser, services: ServicesDouble) -> None:
    over = {
        "enrolment_id": "enr_1",
        "account_id": "gua_unknown",
        "service": "transport",
        "school_year": "2024/25",
        "school_id": "primaria",
        "class_id": "primaria-1a",
        "valid_from": "2024-09-12",
        "valid_to": "2024-09-11",
        "class_since": None,
    }
    services.change("GET", OFFICE_PUPIL, enrolments=[over])

    page = (await clerk.see(PAGE)).text

    assert "mai iniziata" in page
    assert "Conferma la fine" not in page
    assert "Nuova classe" not in page


async def test_the_other_guardian_and_their_share_are_shown(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(PAGE)).text
    for words in ('<a href="/ufficio/persone/gua_7">Paolo Rossi</a>', "il 40\xa0% dei costi", "Dal 13/10/2025"):
        assert words in page

    unknown = office_json("named", guardian_id=None, other_name=None, next=None)
    services.change("GET", OFFICE_PUPIL, second_guardians=[unknown, office_json("ended", second_guardian_id="sec_0")])

    page = (await clerk.see(PAGE)).text
    assert "Persona che non ha ancora fatto l'accesso" in page.replace("&#39;", "'")
    assert page.count("Conferma e termina") == 1  # what is over cannot be ended
    assert "non può più accettare" in page


async def test_the_office_ends_the_sharing_once_it_is_meant(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    for field in UNSHARED:
        unmeant = await clerk.post(SHARED, **{name: value for name, value in UNSHARED.items() if name != field})
        assert f'href="#{field}"' in unmeant.text
    assert services.sent("POST", f"{OFFICE}/{WITH_PAOLO}/end") == []
    response = await clerk.post(SHARED, **UNSHARED)

    assert response.headers["location"] == f"{PAGE}?esito=altro-genitore"
    assert services.sent("POST", f"{OFFICE}/{WITH_PAOLO}/end")[0].body == {"reason": "Tribunale di Cremona, 12/2025"}
