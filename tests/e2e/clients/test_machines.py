"""Other systems in a real browser: from the form to the secrets that are shown once."""

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.e2e.clients.conftest import Town
from tests.support.chromium import NARROW, WIDE, window


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_program_is_registered_and_its_secrets_are_readable(
    browser: Browser, town: Town, size: ViewportSize, *, scripts: bool
) -> None:
    async with window(browser, town.address, size=size, scripts=scripts) as seen:
        page = seen.page
        await page.goto("/ufficio/sistemi")
        await page.get_by_label("Nome del sistema").fill("Statistica")
        await page.get_by_label("Ufficio responsabile").fill("Ufficio statistica")
        await page.get_by_label("Tariffe", exact=True).check()
        await page.get_by_label("Pasti serviti").check()
        await page.get_by_role("button", name="Registra e mostra le credenziali").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("Credenziali di Statistica")
        await expect(page.locator("[data-secret=kafka]")).to_have_text("r" + "6" * 64)
        assert await seen.overflow_pixels() <= 0
        if scripts:
            assert await seen.barriers() == []
        assert seen.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_grants_are_changed_after_a_look_at_what_changes(
    browser: Browser, town: Town, size: ViewportSize, *, scripts: bool
) -> None:
    async with window(browser, town.address, size=size, scripts=scripts) as seen:
        page = seen.page
        await page.goto("/ufficio/sistemi/mac_1")
        await page.get_by_label("Scuole e classi").check()
        await page.get_by_label("Pasti serviti").uncheck()
        await page.get_by_role("button", name="Controlla i cambiamenti").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("Conferma i permessi di Statistica della mensa")
        await expect(page.get_by_text("mcr_2")).to_be_visible()
        assert await seen.overflow_pixels() <= 0
        if scripts:
            assert await seen.barriers() == []
        await page.get_by_role("button", name="Conferma i permessi").click()
        await expect(page.get_by_text("I permessi sono cambiati")).to_be_visible()
        assert seen.complaints == []
