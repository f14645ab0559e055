"""A clerk writes a tariff and registers an ISEE in a real browser, on the whole system."""

from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import CLERK, LiveTown
from tests.e2e.test_people import sign_in
from tests.support.chromium import window


async def test_a_tariff_is_opened_mended_simulated_and_published(browser: Browser, live: LiveTown) -> None:
    async with window(browser, live.gateway) as office:
        page = office.page
        await sign_in(office, CLERK)
        await page.goto("/ufficio/tariffe")
        await page.get_by_role("link", name="prova-standard 1").click()
        await expect(page.get_by_label("Prezzo in euro")).to_have_value("4,85")
        await page.get_by_label("Forma del prezzo").select_option("bracketed")
        await expect(page.get_by_label("Da, fascia 1")).to_be_visible()
        await write(page, ("0", "10.000", "2,91"), ("10.001", "", "4,85"))
        await page.get_by_role("button", name="Controlla").click()
        await expect(page.locator("#cell-1-from-2-found-1")).to_contain_text("10.000,01 a 10.000,99")
        await page.get_by_label("Da, fascia 2").fill("10.000,01")
        await page.get_by_role("button", name="Simula").click()
        await expect(page.get_by_text("Incasso con questa bozza")).to_be_visible()
        assert await office.barriers() == []

        tomorrow = (live.today + timedelta(days=365)).isoformat()
        await page.get_by_label("Versione").fill("fasce")
        await page.get_by_label("In vigore dal").fill(tomorrow)
        await page.get_by_label("Deliberazione").fill("D.G.C. 43 di prova")
        await page.get_by_label("Confermo la pubblicazione").check()
        await page.get_by_role("button", name="Pubblica la versione").click()
        await expect(page.get_by_text("D.G.C. 43 di prova")).to_be_visible()
        await page.get_by_role("link", name="prova-standard fasce").click()
        await expect(page.get_by_label("Da, fascia 2")).to_have_value("10.000,01")
        assert office.complaints == []


async def write(page: Page, *rows: tuple[str, str, str]) -> None:
    for number, texts in enumerate(rows, start=1):
        for label, text in zip(("Da", "A", "Prezzo"), texts, strict=True):
            await page.get_by_label(f"{label}, fascia {number}", exact=True).fill(text)


async def test_an_isee_is_looked_at_registered_and_rated_again(browser: Browser, live: LiveTown) -> None:
    await live.enrolled("irene.costa")
    account = (await (await live.person("irene.costa")).api("GET", "/api/identity/v1/me"))["id"]
    first, last = (live.today + timedelta(days=days) for days in (-30, 60))
    async with window(browser, live.gateway) as office:
        page = office.page
        await sign_in(office, CLERK)
        await page.goto(f"/ufficio/conti/{account}/isee")
        await page.get_by_label("ISEE in euro").fill("8.500")
        await page.get_by_label("Figli minori nel nucleo").fill("1")
        await page.get_by_label("Vale dal giorno").fill(first.isoformat())
        await page.get_by_label("Vale fino al giorno").fill(last.isoformat())
        await page.get_by_role("button", name="Controlla e vedi l'effetto").click()
        await expect(page.get_by_text("nessun addebito cambierebbe")).to_be_visible()
        await page.get_by_label("Ho controllato i dati").check()
        await page.get_by_role("button", name="Registra la dichiarazione").click()
        await expect(page.get_by_text("Vale oggi")).to_be_visible()
        await page.get_by_role("button", name="Vedi il ricalcolo").click()
        await expect(page.get_by_role("heading", name="Anteprima del ricalcolo")).to_be_visible()
        await expect(page.get_by_text("solo il conto di")).to_be_visible()
        assert await office.barriers() == []
        assert office.complaints == []
