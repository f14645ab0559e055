"""The buttons "Entra con SPID" and "Entra con CIE" by keyboard alone, with and without scripts."""

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.e2e.clients.conftest import Town
from tests.support.chromium import NARROW, WIDE, window

MOST_TABS = 40


async def tab_to(page: Page, wanted: Locator) -> None:
    """Go there as who uses no mouse does."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{MOST_TABS} tabs do not reach it")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_provider_of_spid_is_chosen_by_keyboard(browser: Browser, town: Town, scripts: bool) -> None:
    async with window(browser, town.address, scripts=scripts) as seen:
        await seen.page.goto("/accedi?next=/portale/moduli")
        await tab_to(seen.page, seen.page.locator("summary").filter(has_text="Entra con SPID"))
        choices = seen.page.get_by_role("list", name="Entra con SPID: scegli il tuo gestore di identità")
        await expect(choices).to_be_hidden()

        await seen.page.keyboard.press("Enter")
        await expect(choices.get_by_role("link")).to_have_count(2)
        await seen.page.keyboard.press("Tab")

        href = await seen.page.locator(":focus").get_attribute("href")
        assert href is not None
        assert href.startswith("/auth/spid/login?idp=http%3A//127.0.0.1")
        assert href.endswith("next=/portale/moduli")


async def test_escape_closes_the_menu_and_gives_the_focus_back(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await seen.page.goto("/accedi")
        button = seen.page.locator("summary").filter(has_text="Entra con SPID")
        await button.focus()
        await seen.page.keyboard.press("Enter")
        await seen.page.keyboard.press("Tab")
        await seen.page.keyboard.press("Escape")

        await expect(seen.page.get_by_role("link", name="Gestore SPID di prova")).to_be_hidden()
        await expect(button).to_be_focused()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_the_open_menu_has_no_barrier(browser: Browser, town: Town, size: ViewportSize) -> None:
    async with window(browser, town.address, size=size) as seen:
        await seen.page.goto("/accedi?motivo=livello")
        await seen.page.locator("summary").filter(has_text="Entra con SPID").click()
        await expect(seen.page.get_by_role("link", name="Gestore SPID di prova")).to_be_visible()

        assert await seen.barriers() == []
        assert await seen.overflow_pixels() <= 0


async def test_cie_has_one_provider_so_its_button_leads_there_at_once(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await seen.page.goto("/accedi")

        link = seen.page.get_by_role("link", name="Entra con CIE")
        await expect(link).to_have_attribute("href", "/auth/cie/login?idp=http%3A//127.0.0.1%3A8091/cie&next=/portale/")
