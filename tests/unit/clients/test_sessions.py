"""Where a family is signed in, and the ways out."""

from tests.support.browserless import Browser
from tests.support.services_double import ServicesDouble

PAGE = "/portale/profilo/accessi"
OWN = "/api/identity/v1/me/sessions"
OTHER = "b" * 32


async def test_a_person_sees_where_they_are_signed_in(browser: Browser) -> None:
    page = (await browser.see(PAGE)).text

    assert "Firefox su Windows" in page
    assert "questo dispositivo" in page
    assert "CIE, livello 3" in page
    assert page.count("Conferma la chiusura") == 1


async def test_one_session_is_closed(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PAGE)

    response = await browser.post(f"{PAGE}/{OTHER}/chiudi")

    assert len(services.sent("DELETE", f"{OWN}/{OTHER}")) == 1
    assert "è stato chiuso" in (await browser.see(response.headers["location"])).text


async def test_a_session_closed_meanwhile_is_no_trouble(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("DELETE", f"{OWN}/{OTHER}", "session-unknown", "No.", status=404)
    await browser.see(PAGE)

    response = await browser.post(f"{PAGE}/{OTHER}/chiudi")

    assert "era già chiuso" in (await browser.see(response.headers["location"])).text


async def test_out_of_every_device_leads_to_the_public_home(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PAGE)

    response = await browser.post(f"{PAGE}/esci")

    assert response.headers["location"] == "/"
    assert len(services.sent("DELETE", OWN)) == 1


async def test_nobody_is_signed_out_by_a_page_of_somebody_else(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PAGE)

    response = await browser.post(f"{PAGE}/esci", form_token="0" * 64)

    assert response.status_code == 403
    assert services.sent("DELETE", OWN) == []
