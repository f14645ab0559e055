"""A family asks for erasure and reads the answer; the office sees whom to answer, and by when."""

import pytest

from tests.support.browserless import Browser
from tests.support.erasures_double import OWN, WAITING
from tests.support.services_double import ServicesDouble

PAGE, OFFICE = "/portale/profilo/cancellazione", "/ufficio/cancellazioni"
DECISION = f"{WAITING}/era_0/decision"


async def test_a_person_reads_what_goes_what_stays_and_what_was_answered(browser: Browser) -> None:
    page = (await browser.see(PAGE)).text
    for words in (
        "i tuoi recapiti",
        "10 anni dalla fine dell&#39;anno scolastico",
        "2 anni dall&#39;accesso",
        "in attesa di risposta",
        "entro il 05/11/2025",
        "Hai ancora un figlio iscritto alla mensa.",
        "Garante per la protezione dei dati personali",
    ):
        assert words in page
    assert "Chiedi la cancellazione</button>" not in page


async def test_a_person_asks_when_they_have_confirmed(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", OWN, {"items": []})
    await browser.see(PAGE)
    unconfirmed = await browser.post(PAGE)
    assert (unconfirmed.status_code, services.sent("POST", OWN)) == (422, [])
    answer = await browser.post(PAGE, confirmed="yes")
    assert len(services.sent("POST", OWN)) == 1
    assert "La richiesta è stata inviata" in (await browser.see(answer.headers["location"])).text


async def test_a_request_is_taken_back_unless_it_was_answered_meanwhile(
    browser: Browser, services: ServicesDouble
) -> None:
    await browser.see(PAGE)
    answer = await browser.post(f"{PAGE}/era_2/ritira")
    assert answer.headers["location"] == f"{PAGE}?esito=ritirata"
    services.refuse("DELETE", f"{OWN}/era_2", "erasure-over", "L'ufficio ha già risposto.", status=409)
    refused = await browser.post(f"{PAGE}/era_2/ritira")
    assert (refused.status_code, "ha già risposto" in refused.text) == (422, True)


async def test_a_granted_request_says_that_name_and_code_stay(browser: Browser, services: ServicesDouble) -> None:
    granted = {"request_id": "era_1", "asked_at": "2025-08-01T08:00:00Z", "answer_by": "2025-09-01"}
    granted |= {"state": "granted", "reason": "Nulla da tenere", "decided_at": "2025-08-20T08:00:00Z"}
    services.answer("GET", OWN, {"items": [granted]})
    page = (await browser.see(PAGE)).text
    assert "Nome e codice fiscale restano" in page
    assert "Nulla da tenere" in page


async def test_the_office_sees_who_waits_and_what_is_late(clerk: Browser) -> None:
    assert OFFICE in (await clerk.see("/ufficio/persone")).text
    page = (await clerk.see(OFFICE)).text
    assert page.count("in ritardo") == 1
    assert page.index("Elena Colombo") < page.index("hai chiesta tu")
    assert page.count('action="/ufficio/cancellazioni/') == 1


@pytest.mark.parametrize("decision", ["granted", "refused"])
async def test_the_office_answers_with_a_reason(clerk: Browser, services: ServicesDouble, decision: str) -> None:
    await clerk.see(OFFICE)
    fields = {"decision-era_0": decision, "reason-era_0": "Nulla da tenere", "confirmed-era_0": "yes"}
    for missing in fields:
        wrong = await clerk.post(f"{OFFICE}/era_0", **{name: fields[name] for name in fields if name != missing})
        assert (wrong.status_code, f'href="#{missing}"' in wrong.text) == (422, True)
    answer = await clerk.post(f"{OFFICE}/era_0", **fields)
    assert answer.headers["location"] == f"{OFFICE}?esito={decision}"
    [sent] = services.sent("PUT", DECISION)
    assert sent.body == {"is_granted": decision == "granted", "reason": "Nulla da tenere"}


async def test_what_is_the_clerk_s_own_is_said_to_be_another_s(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("PUT", DECISION, "own-erasure", "La richiesta è tua.", status=403)
    await clerk.see(OFFICE)
    fields = {"decision-era_0": "granted", "reason-era_0": "Nulla da tenere", "confirmed-era_0": "yes"}
    assert "La richiesta è tua." in (await clerk.post(f"{OFFICE}/era_0", **fields)).text


@pytest.mark.parametrize("role", ["guardian", "canteen", "auditor"])
async def test_answering_is_the_office_s(browser: Browser, role: str) -> None:
    browser.roles = (role,)
    assert (await browser.see(OFFICE)).status_code == 403
