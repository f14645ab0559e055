"""What a family was told and agreed to, in which version, and the way back from a consent."""

from datetime import UTC, datetime, time, timedelta

import pytest

from clients.public.routes import PRIVACY_VERSIONS
from identity.domain.published_text import PRIVACY
from refettorio_chassis.clock import FixedClock
from tests.support.browserless import Browser
from tests.support.services_double import PRIVACY_TEXT, ServicesDouble

PAGE, API = "/portale/profilo/informative", "/api/identity/v1/me/texts"


async def test_a_new_version_is_asked_for_on_the_way_in_and_an_answered_one_is_not(
    browser: Browser, services: ServicesDouble
) -> None:
    page = (await browser.see("/portale/")).text
    assert "Informativa sul trattamento dei dati personali, versione 2 in vigore dal 01/10/2025" in page
    assert "Fotografie" not in page
    services.answer("GET", API, {"items": [PRIVACY_TEXT | {"is_asked": False, "accepted_version": 2}]})
    assert "C'è un testo da leggere" not in (await browser.see("/portale/")).text


async def test_without_identity_the_menus_are_there_all_the_same(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("GET", API, "errore", "No.", status=500)
    page = await browser.see("/portale/")
    assert (page.status_code, "Apri il menù" in page.text) == (200, True)


async def test_the_version_on_the_page_is_accepted(browser: Browser, services: ServicesDouble) -> None:
    page = (await browser.see(PAGE)).text
    assert "versione 1, " in page
    assert "Ho letto" in page
    answer = await browser.post(f"{PAGE}/privacy/accetta", version="2")
    assert len(services.sent("PUT", f"{API}/privacy/versions/2")) == 1
    assert "La conferma è stata salvata" in (await browser.see(answer.headers["location"])).text


async def test_a_version_that_is_no_longer_in_force_is_said(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("PUT", f"{API}/privacy/versions/2", "text-changed", "Il testo è cambiato.", status=409)
    await browser.see(PAGE)
    answer = await browser.post(f"{PAGE}/privacy/accetta", version="2")
    assert (answer.status_code, "Il testo è cambiato." in answer.text) == (409, True)


async def test_a_consent_is_taken_back_and_a_notice_offers_no_way_to(
    browser: Browser, services: ServicesDouble
) -> None:
    page = (await browser.see(PAGE)).text
    assert page.count("Conferma il ritiro") == 1
    answer = await browser.post(f"{PAGE}/photos/ritira")
    assert len(services.sent("DELETE", f"{API}/photos")) == 1
    assert "Il consenso è stato ritirato" in (await browser.see(answer.headers["location"])).text


async def test_every_version_of_the_privacy_notice_has_its_page(browser: Browser) -> None:
    assert {each.number: each.from_day for each in PRIVACY.versions} == PRIVACY_VERSIONS
    for version in PRIVACY.versions:
        assert f"Versione {version.number}" in (await browser.see(version.address)).text
    assert (await browser.see("/privacy")).status_code == 200
    assert (await browser.see("/privacy/99")).status_code == 404


async def test_the_notice_in_force_is_read_under_privacy_and_the_others_say_when(
    browser: Browser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = PRIVACY_VERSIONS[2]
    for day, in_force in ((second - timedelta(days=1), 1), (second, 2)):
        monkeypatch.setattr(clock, "moment", datetime.combine(day, time(12), UTC))
        assert f"Versione {in_force}." in (await browser.see("/privacy")).text
    assert "Versione 1, non più in vigore" in (await browser.see("/privacy/1")).text
    assert "Versione 2." in (await browser.see("/privacy/2")).text
    monkeypatch.setattr(clock, "moment", datetime.combine(second - timedelta(days=1), time(12), UTC))
    assert "Versione 1." in (await browser.see("/privacy/1")).text
    assert "Versione 2, in vigore dal 26/11/2026" in (await browser.see("/privacy/2")).text


async def test_the_second_notice_says_what_the_first_did_not(browser: Browser) -> None:
    first, second = [(await browser.see(f"/privacy/{number}")).text for number in (1, 2)]
    for told in ("Delegati", "Secondo genitore", "ISEE", "PIN non è conservato", "cinque anni"):
        assert (told in first, told in second) == (False, True)


async def test_the_second_notice_says_what_another_guardian_reads_and_when(browser: Browser) -> None:
    text = " ".join((await browser.see("/privacy/2")).text.split())
    assert "non vede nulla" not in text
    assert "vede soltanto i propri dati" not in text
    for told in (
        "Prima di rispondere legge nome e cognome di chi lo ha indicato, il nome del minore e la quota proposta",
        "nome e cognome, scuola e classe, i giorni di presenza e le corse",
        "può capire la fascia tariffaria di chi ha iscritto, e quindi circa il suo ISEE",
        "Lo stesso vedono i loro delegati a cui hanno permesso di consultare",
        "l'ultima volta che un delegato o l'ufficio ha operato per la persona",
    ):
        assert told in text
