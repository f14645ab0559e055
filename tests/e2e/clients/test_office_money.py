"""Where clerks decide about money: what is opened and refused has no barrier, and nothing needs scripts."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.clients.conftest import Town
from tests.support.chromium import NARROW, window
from tests.support.services_double import GUARDIAN, NOTICE


@pytest.mark.parametrize(
    ("path", "opener", "confirmer"),
    [
        (f"/ufficio/posizioni/{NOTICE}", "Annulla l'avviso", "Conferma l'annullamento"),
        (f"/ufficio/conti/{GUARDIAN}", "Sposta credito", "Sposta il credito"),
        ("/ufficio/chiusura-anno/2025-26", "Chiudi l'anno", "Conferma la chiusura"),
        ("/ufficio/ricalcolo/rerating-1", "Registra le differenze", "Conferma il ricalcolo"),
    ],
)
async def test_a_confirmation_refused_has_no_barrier(
    browser: Browser, town: Town, path: str, opener: str, confirmer: str
) -> None:
    async with window(browser, town.address, size=NARROW) as seen:
        await seen.page.goto(path)
        await seen.page.locator("summary", has_text=opener).click()
        assert await seen.barriers() == []
        await seen.page.get_by_role("button", name=confirmer).click()

        await expect(seen.page.locator("[data-error-summary]")).to_be_focused()
        await expect(seen.page.get_by_role("button", name=confirmer)).to_be_visible()
        assert await seen.barriers() == []
        assert await seen.overflow_pixels() <= 0


async def test_the_chart_follows_the_filter(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await seen.page.goto("/portale/pagamenti/meals")
        await seen.page.get_by_label("Figlio").select_option("pup_a1")

        await expect(seen.page.get_by_text("Ricarica con avviso")).to_have_count(0)
        await expect(seen.page.get_by_role("img", name="Andamento del saldo")).to_be_visible()
        assert seen.complaints == []


async def test_without_scripts_a_family_asks_for_its_credit(browser: Browser, town: Town) -> None:
    async with window(browser, town.address, scripts=False) as seen:
        page = seen.page
        await page.goto("/portale/pagamenti/rimborso")
        await page.get_by_label("IBAN", exact=True).fill("IT60 X054 2811 1010 0000 0123 456")
        await page.get_by_label("Motivo").fill("Fine della scuola primaria")
        await page.get_by_label("Confermo la richiesta").check()
        await page.get_by_role("button", name="Invia la richiesta").click()

        await expect(page.get_by_text("La richiesta di rimborso è stata inviata")).to_be_visible()
