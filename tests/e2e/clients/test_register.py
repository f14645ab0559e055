"""The register of messages in a real browser: search, go on, read; with scripts and without."""

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.e2e.clients.conftest import Town
from tests.support.chromium import NARROW, WIDE, window


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_an_auditor_searches_and_reads_one_exchange(
    browser: Browser, town: Town, size: ViewportSize, *, scripts: bool
) -> None:
    async with window(browser, town.address, size=size, scripts=scripts) as seen:
        page = seen.page
        await page.goto("/ufficio/registro")
        await page.get_by_label("Motivo").fill("Richiesta del giudice")
        await page.get_by_label("Gestore di identità").select_option("Gestore SPID di prova")
        await page.get_by_role("button", name="Cerca", exact=True).click()

        await expect(page.get_by_role("button", name="Pagina successiva")).to_be_visible()
        assert await seen.overflow_pixels() <= 0
        if scripts:
            assert await seen.barriers() == []
        assert page.url.endswith("/ufficio/registro")
        await page.get_by_role("button", name="Leggi").first.click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("Messaggi del 06/10/2025 alle 8:10")
        await page.get_by_text("Come ha viaggiato (base64)").last.click()
        assert await seen.overflow_pixels() <= 0
        if scripts:
            assert await seen.barriers() == []
        assert seen.complaints == []
