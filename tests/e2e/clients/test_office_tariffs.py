"""A clerk writes a tariff, row by row, with scripts and without; and registers what a family declared."""

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.e2e.clients.conftest import Town
from tests.support.chromium import NARROW, WIDE, window
from tests.support.prices_double import LEDGER
from tests.support.services_double import GUARDIAN

NEW = "/ufficio/tariffe/nuova"
OPENED = f"{NEW}?tariffa=meals-standard&versione=2025-26"


async def write_brackets(page: Page) -> None:
    for row, (first, last, price) in enumerate((("0", "10.000", "2,91"), ("10.000,01", "", "4,99")), start=1):
        await page.get_by_label(f"Da, fascia {row}").fill(first)
        await page.get_by_label(f"A, fascia {row}", exact=True).fill(last)
        await page.get_by_label(f"Prezzo, fascia {row}").fill(price)


async def test_without_scripts_a_tariff_is_written_checked_and_simulated(browser: Browser, town: Town) -> None:
    async with window(browser, town.address, scripts=False) as seen:
        page = seen.page
        await page.goto("/ufficio/tariffe")
        await page.get_by_role("link", name="Prepara una tariffa: Fasce ISEE").click()
        await write_brackets(page)
        await page.get_by_role("button", name="Togli la fascia 3").click()
        await page.get_by_role("button", name="Aggiungi una fascia").click()
        await expect(page.get_by_label("Da, fascia 3")).to_be_focused()
        await page.get_by_label("Riduzione per i fratelli").select_option("rank")
        await page.get_by_role("button", name="Mostra i campi per: Riduzione per i fratelli").click()
        await page.get_by_label("Percentuale in meno").fill("50")
        await page.get_by_role("button", name="Controlla").click()
        await expect(page.get_by_text("Nessun errore: la tariffa può essere pubblicata.")).to_be_visible()
        await expect(page.locator("#cell-1-from-2-found-1")).to_contain_text("il prezzo sale di colpo")
        await expect(page.get_by_role("img", name="Il salto più grande è di 2,08")).to_be_visible()

        await page.get_by_role("button", name="Simula").click()
        await expect(page.get_by_text("Incasso con questa bozza")).to_be_visible()
        await expect(page.get_by_label("Prezzo, fascia 2")).to_have_value("4,99")
    rule = town.services.sent("POST", f"{LEDGER}/tariffs/simulate")[-1].body["rule"]
    assert rule["siblings"]["ranks"] == [{"from_rank": 2, "percent_off": 50}]  # type: ignore[index] # JSON


async def test_with_scripts_rows_and_picture_change_in_place(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        page = seen.page
        await page.goto(f"{NEW}?forma=flat")
        await page.evaluate("window.stayed = true")
        await page.get_by_label("Forma del prezzo").select_option("bracketed")
        await expect(page.get_by_label("Da, fascia 1")).to_be_visible()
        await write_brackets(page)
        await page.get_by_label("Prezzo, fascia 2").press("Tab")
        await expect(page.get_by_role("img", name="Il salto più grande è di 2,08")).to_be_visible()
        await page.get_by_role("button", name="Aggiungi una fascia").click()
        await expect(page.get_by_label("Da, fascia 4")).to_be_focused()
        await page.get_by_role("button", name="Togli la fascia 3").click()
        await expect(page.get_by_label("Da, fascia 4")).to_have_count(0)
        await expect(page.get_by_label("Prezzo, fascia 2")).to_have_value("4,99")
        await page.get_by_role("button", name="Aggiungi un listino").click()
        await expect(page.get_by_role("group", name="Listino 2")).to_be_visible()

        assert await page.evaluate("window.stayed")
        assert await seen.barriers() == []
        assert seen.complaints == []


async def test_enter_in_a_field_checks_and_takes_nothing_away(browser: Browser, town: Town) -> None:
    async with window(browser, town.address, scripts=False) as seen:
        await seen.page.goto(OPENED)
        await seen.page.get_by_label("Da, fascia 1").press("Enter")

        await expect(seen.page.get_by_role("heading", name="Controllo")).to_be_visible()
        await expect(seen.page.get_by_label("Prezzo, fascia 4")).to_have_value("6,24")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_what_a_tariff_is_told_has_no_barrier(browser: Browser, town: Town, size: ViewportSize) -> None:
    async with window(browser, town.address, size=size) as seen:
        await seen.page.goto(f"{NEW}?forma=bracketed")
        await seen.page.get_by_role("button", name="Controlla").click()
        await expect(seen.page.locator("[data-error-summary]")).to_be_focused()
        assert await seen.barriers() == []

        await write_brackets(seen.page)
        await seen.page.get_by_role("button", name="Simula").click()
        await expect(seen.page.get_by_text("Incasso con questa bozza")).to_be_visible()
        assert await seen.barriers() == []
        assert await seen.overflow_pixels() <= 0


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_every_part_of_a_tariff_opened_has_no_barrier(browser: Browser, town: Town, size: ViewportSize) -> None:
    async with window(browser, town.address, size=size) as seen:
        await seen.page.goto(OPENED)
        for name in ("Aggiungi un'esenzione", "Aggiungi un caso", "Aggiungi una riduzione"):
            await seen.page.get_by_role("button", name=name).click()
            await expect(seen.page.get_by_role("button", name=name)).to_be_visible()

        assert await seen.barriers() == []
        assert seen.complaints == []
        assert await seen.overflow_pixels() <= 0


async def declare(page: Page) -> None:
    """What a family brought to the desk, up to its confirmation."""
    await page.goto(f"/ufficio/conti/{GUARDIAN}/isee")
    await page.get_by_text("Registra una dichiarazione").click()
    await page.get_by_label("ISEE in euro").fill("8.500,50")
    await page.get_by_label("Figli minori nel nucleo").fill("2")
    await page.get_by_label("Vale dal giorno").fill("2025-09-01")
    await page.get_by_label("Vale fino al giorno").fill("2025-12-31")
    await page.get_by_role("button", name="Controlla e vedi l'effetto").click()
    await expect(page.get_by_role("heading", name="Conferma la dichiarazione")).to_be_visible()
    await expect(page.get_by_text("La famiglia riavrebbe")).to_be_visible()
    assert page.url.endswith(f"/ufficio/conti/{GUARDIAN}/isee")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_declaration_and_its_effect_have_no_barrier(browser: Browser, town: Town, size: ViewportSize) -> None:
    async with window(browser, town.address, size=size) as seen:
        await declare(seen.page)
        assert await seen.barriers() == []
        assert seen.complaints == []
        assert await seen.overflow_pixels() <= 0

        await seen.page.get_by_role("button", name="Registra la dichiarazione").click()
        await expect(seen.page.locator("[data-error-summary]")).to_be_focused()
        assert await seen.barriers() == []


async def test_without_scripts_a_declaration_is_corrected_before_it_is_registered(browser: Browser, town: Town) -> None:
    async with window(browser, town.address, scripts=False) as seen:
        await declare(seen.page)
        await seen.page.get_by_role("button", name="Torna a correggere").click()

        await expect(seen.page.get_by_label("ISEE in euro")).to_have_value("8.500,50")
