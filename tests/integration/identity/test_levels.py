"""A part of the site that asks for level 1: what it opens, and what wants a second sign-in."""

from __future__ import annotations

from tests.integration.identity.browser import Browser
from tests.integration.identity.conftest import AT_LEVEL_1


async def test_a_sign_in_of_level_1_opens_the_part_that_asks_for_it_and_nothing_else(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    assert (await browser.ask_gate("GET", f"{AT_LEVEL_1}/com_1")).status_code == 200
    page = await browser.ask_gate("GET", "/portale/pagamenti?anno=2025")
    assert page.status_code == 302
    assert page.headers["location"] == "/accedi?next=%2Fportale%2Fpagamenti%3Fanno%3D2025&motivo=livello"
    api = await browser.ask_gate("GET", "/api/ledger/v1/account")
    assert (api.status_code, api.json()["slug"]) == (403, "livello-insufficiente")


async def test_a_second_sign_in_of_level_2_opens_the_rest(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    await browser.sign_in("giulia.ferrari", next_path="/portale/pagamenti")
    assert (await browser.ask_gate("GET", "/portale/pagamenti")).status_code == 200
    assert (await browser.ask_gate("GET", AT_LEVEL_1)).status_code == 200


async def test_a_card_proves_more_than_level_1_asks_for(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari", scheme="cie", next_path=AT_LEVEL_1)
    assert (await browser.ask_gate("GET", "/portale/pagamenti")).status_code == 200
