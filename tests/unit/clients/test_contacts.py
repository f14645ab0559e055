"""The profile: who one is, where one can be reached, and how one prefers to be written to."""

import pytest

from tests.support.browserless import Browser
from tests.support.services_double import ServicesDouble

PAGE = "/portale/profilo"
OWN = "/api/identity/v1/me/contacts"
NEW = {"channel": "email", "address": "anna@lavoro.example"}


async def test_a_person_sees_their_contacts_and_the_one_that_waits(browser: Browser) -> None:
    page = (await browser.see(PAGE)).text

    for words in ("BNCNNA80A41D142F", "anna.bianchi@example.it", "+393331234567", "comunicato da SPID o CIE"):
        assert words in page
    assert "tentativi rimasti: 4" in page
    assert 'autocomplete="one-time-code"' in page


async def test_without_contacts_the_page_says_what_that_means(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", OWN, {"items": [], "waiting": None, "preferred_channel": None})

    page = (await browser.see(PAGE)).text

    assert "Non abbiamo nessun recapito" in page
    assert "Scrivi il codice" not in page


async def test_a_code_is_asked_for(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PAGE)

    response = await browser.post(f"{PAGE}/recapiti", **NEW)

    assert services.sent("POST", f"{OWN}/codes")[0].body == NEW
    assert "inviato il codice" in (await browser.see(response.headers["location"])).text


@pytest.mark.parametrize(("changed", "field"), [({"channel": "fax"}, "channel"), ({"address": ""}, "address")])
async def test_a_contact_that_is_not_whole_is_explained(
    browser: Browser, services: ServicesDouble, changed: dict[str, str], field: str
) -> None:
    await browser.see(PAGE)

    response = await browser.post(f"{PAGE}/recapiti", **(NEW | changed))

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert services.sent("POST", f"{OWN}/codes") == []


async def test_a_refusal_stands_beside_what_was_typed(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{OWN}/codes", "contact-invalid", "Scrivi l'indirizzo per intero.")
    await browser.see(PAGE)

    page = (await browser.post(f"{PAGE}/recapiti", **NEW)).text

    assert "Scrivi l&#39;indirizzo per intero." in page
    assert 'value="anna@lavoro.example"' in page


async def test_the_code_verifies_and_a_wrong_one_is_explained(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PAGE)
    assert 'href="#code"' in (await browser.post(f"{PAGE}/recapiti/codice", code="")).text

    response = await browser.post(f"{PAGE}/recapiti/codice", code="042917")
    assert services.sent("POST", OWN)[0].body == {"code": "042917"}
    assert "è verificato" in (await browser.see(response.headers["location"])).text

    services.refuse("POST", OWN, "code-wrong", "Il codice non è giusto.")
    refused = await browser.post(f"{PAGE}/recapiti/codice", code="1")
    assert (refused.status_code, "Il codice non è giusto." in refused.text) == (422, True)


@pytest.mark.parametrize("gone", [False, True])
async def test_a_contact_is_removed_also_twice(browser: Browser, services: ServicesDouble, gone: bool) -> None:
    if gone:
        services.refuse("DELETE", f"{OWN}/con_1", "contact-unknown", "No.", status=404)
    await browser.see(PAGE)

    response = await browser.post(f"{PAGE}/recapiti/con_1/elimina")

    assert len(services.sent("DELETE", f"{OWN}/con_1")) == 1
    assert "è stato eliminato" in (await browser.see(response.headers["location"])).text


@pytest.mark.parametrize(("chosen", "body"), [("sms", {"channel": "sms"}), ("tutti", {})])
async def test_a_channel_is_preferred(
    browser: Browser, services: ServicesDouble, chosen: str, body: dict[str, str]
) -> None:
    await browser.see(PAGE)

    await browser.post(f"{PAGE}/preferenza", preferred=chosen)

    assert services.sent("PUT", "/api/identity/v1/me/preferred-channel")[0].body == body
