"""A person signs in with SPID or CIE, through the simulated providers."""

from __future__ import annotations

from tests.integration.identity.browser import SESSION, Browser


async def test_a_citizen_who_signs_in_with_spid_reaches_the_portal(browser: Browser) -> None:
    answer = await browser.sign_in("giulia.ferrari", next_path="/portale/pagamenti")
    assert (answer.status_code, answer.headers["location"]) == (302, "/portale/pagamenti"), answer.text
    me = (await browser.through_gate("GET", "/api/identity/v1/me")).json()
    assert (me["given_name"], me["family_name"], me["roles"]) == ("Giulia", "Ferrari", ["guardian"])
    assert SESSION in browser.cookies
