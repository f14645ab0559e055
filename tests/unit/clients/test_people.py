"""People, as the office finds and reads them."""

import pytest

from tests.support.browserless import Browser
from tests.support.services_double import GUARDIAN, ServicesDouble

PAGE = "/ufficio/persone"
PERSON = f"{PAGE}/{GUARDIAN}"
SEARCH = "/api/identity/v1/people/search"
RECORD = f"/api/identity/v1/people/{GUARDIAN}/record"


async def test_a_person_is_searched_and_found(clerk: Browser, services: ServicesDouble) -> None:
    assert "Cerca una persona" in (await clerk.see(PAGE)).text

    page = (await clerk.post(PAGE, text=" bianchi anna ")).text

    assert services.sent("POST", SEARCH)[0].body == {"text": "bianchi anna"}
    assert f'<a href="{PERSON}">Anna Bianchi</a>' in page
    assert "2 persone trovate" in page


async def test_nobody_found_and_too_many_are_said(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("POST", SEARCH, {"items": [], "are_more": False})
    await clerk.see(PAGE)
    assert "Nessuna persona trovata" in (await clerk.post(PAGE, text="verdi")).text
    services.answer(
        "POST",
        SEARCH,
        {"items": [{"id": "gua_1", "given_name": "A", "family_name": "B", "fiscal_code": "C"}], "are_more": True},
    )
    assert "scrivi qualche lettera in più" in (await clerk.post(PAGE, text="verdi")).text


async def test_a_search_that_cannot_be_made_says_why(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", SEARCH, "search-too-wide", "Scrivi almeno tre lettere.")
    await clerk.see(PAGE)
    for typed, why in (("", "Scrivi che cosa cercare"), ("bi", "Scrivi almeno tre lettere.")):
        response = await clerk.post(PAGE, text=typed)
        assert response.status_code == 422
        assert why in response.text
        assert 'href="#text"' in response.text


async def test_a_persons_page_has_everything_in_one_place(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(PERSON)).text

    for words in (
        "BNCNNA80A41D142F",
        "05/10/2025 alle 20:40",
        "fino al 31/12/2025",
        "a•••@example.it",
        "Luca Rossi",
        "1A, Primaria Don Milani",
        f'href="/ufficio/conti/{GUARDIAN}"',
        'href="/ufficio/persone/gua_twin"',
        "a parte le lettere dell&#39;omocodia",
    ):
        assert words in page
    assert "anna.bianchi@example.it" not in page
    assert services.sent("GET", "/api/enrollment/v1/pupils")[-1].query == {"account_id": GUARDIAN}


async def test_contacts_are_shown_when_they_are_asked_for(clerk: Browser) -> None:
    await clerk.see(PERSON)

    page = (await clerk.post(f"{PERSON}/recapiti")).text

    assert "anna.bianchi@example.it" in page
    assert "+393331234567" in page


async def test_a_person_without_anything_has_an_empty_page(clerk: Browser, services: ServicesDouble) -> None:
    services.change("GET", RECORD, contacts=[], roles=[], roles_last_day=None, maybe_same=[], last_sign_in_at=None)
    services.answer("GET", "/api/enrollment/v1/pupils", {"items": []})
    services.refuse("GET", f"/api/ledger/v1/accounts/{GUARDIAN}", "account-not-found", "Il conto non esiste.", 404)

    page = (await clerk.see(PERSON)).text

    for words in ("Nessun recapito", "Nessun figlio iscritto", "Nessun movimento", "nessuno", "mai"):
        assert words in page
    assert "Forse è la stessa persona" not in page


async def test_an_account_that_cannot_be_told_is_not_taken_for_none(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("GET", f"/api/ledger/v1/accounts/{GUARDIAN}", "retry-later", "Non ora.", 503)
    assert (await clerk.see(PERSON)).status_code == 503


@pytest.mark.parametrize("role", ["guardian", "canteen", "auditor"])
async def test_people_are_for_the_office(browser: Browser, role: str) -> None:
    browser.roles = (role,)
    assert (await browser.see(PAGE)).status_code == 403


DEATH = f"/api/identity/v1/people/{GUARDIAN}/death"
DIED = {"died_on": "2025-09-28", "death_reason": "Anagrafe", "death_confirmed": "yes"}
LIVES = {"mistake_reason": "Omonimo", "mistake_confirmed": "yes"}


async def test_a_person_is_written_down_as_deceased_once_it_is_meant(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PERSON)
    for field in DIED:
        unmeant = await clerk.post(f"{PERSON}/decesso", **{name: each for name, each in DIED.items() if name != field})
        assert (unmeant.status_code, f'href="#{field}"' in unmeant.text) == (422, True)
    assert services.sent("PUT", DEATH) == []

    done = await clerk.post(f"{PERSON}/decesso", **DIED)

    assert services.sent("PUT", DEATH)[0].body == {"died_on": "2025-09-28", "reason": "Anagrafe"}
    assert done.headers["location"] == f"{PERSON}?esito=deceduta"
    assert "risulta deceduta" in (await clerk.see(done.headers["location"])).text


async def test_a_death_is_shown_and_taken_back_once_it_is_meant(clerk: Browser, services: ServicesDouble) -> None:
    services.change("GET", RECORD, died_on="2025-09-28")
    page = (await clerk.see(PERSON)).text
    assert "Risulta deceduta il 28/09/2025" in page
    assert "Segna come deceduta" not in page
    for field in LIVES:
        kept = {name: each for name, each in LIVES.items() if name != field}
        assert f'href="#{field}"' in (await clerk.post(f"{PERSON}/decesso/annulla", **kept)).text

    done = await clerk.post(f"{PERSON}/decesso/annulla", **LIVES)

    assert [call.body for call in services.sent("POST", f"{DEATH}/mistake")] == [{"reason": "Omonimo"}]
    assert done.headers["location"] == f"{PERSON}?esito=in-vita"


@pytest.mark.parametrize(("slug", "status"), [("staff-record", 403), ("own-record", 403), ("already-deceased", 409)])
async def test_a_refusal_stands_beside_what_was_typed(
    clerk: Browser, services: ServicesDouble, slug: str, status: int
) -> None:
    services.refuse("PUT", DEATH, slug, "La scheda la cambia un amministratore.", status)
    await clerk.see(PERSON)
    page = (await clerk.post(f"{PERSON}/decesso", **DIED)).text
    assert "La scheda la cambia un amministratore." in page
    assert 'value="Anagrafe"' in page
