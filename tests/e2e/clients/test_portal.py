"""A family applies and tops up, with scripts and without: the same pages, the same outcome."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.clients.conftest import Town
from tests.support.chromium import window
from tests.support.services_double import APPLICATION, NOTICE


async def fill_in(page: Page) -> None:
    """From the list of forms to the summary."""
    await page.goto("/portale/moduli")
    await page.get_by_role("link", name="Compila Refezione Scolastica").click()
    await page.get_by_label("Ho letto l'informativa").check()
    await page.get_by_role("button", name="Avanti").last.click()
    await page.get_by_label("Nome dell'alunno", exact=True).fill("Luca")
    await page.get_by_label("Cognome dell'alunno").fill("Rossi")
    await page.get_by_label("Codice fiscale dell'alunno").fill("RSSLCU19A01D142E")
    await page.get_by_label("Data di nascita dell'alunno").fill("2019-01-01")
    # Enter goes on, as people expect of a form: it never goes back.
    await page.keyboard.press("Enter")
    await page.get_by_label("Scuola").select_option(label="Primaria Don Milani")
    await page.get_by_label("Classe").select_option("primaria-1a")
    await page.get_by_role("button", name="Avanti").last.click()
    await expect(page.get_by_role("heading", name="Riepilogo")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_family_applies_and_keeps_the_receipt(browser: Browser, town: Town, scripts: bool) -> None:
    async with window(browser, town.address, scripts=scripts) as seen:
        await fill_in(seen.page)
        await seen.page.get_by_role("button", name="Invia la domanda").click()

        await expect(seen.page.get_by_text("La domanda è stata inviata")).to_be_visible()
        await expect(seen.page.get_by_text(APPLICATION)).to_be_visible()
        assert seen.page.url.endswith(f"/portale/moduli/inviati/{APPLICATION}?esito=inviata")


async def test_every_step_has_no_barrier_and_one_can_go_back(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await fill_in(seen.page)
        assert await seen.barriers() == []
        for step in ("Dati specifici", "Dati dell'alunno"):
            await seen.page.get_by_role("list", name="Passi della domanda").get_by_role("button", name=step).click()
            await expect(seen.page.get_by_role("heading", name=step)).to_be_visible()
            assert await seen.barriers() == []
        await expect(seen.page.get_by_label("Nome dell'alunno", exact=True)).to_have_value("Luca")
        assert seen.complaints == []


async def test_the_classes_offered_are_those_of_the_school(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await fill_in(seen.page)
        await seen.page.get_by_role("button", name="Modifica Dati specifici").click()
        await seen.page.get_by_label("Scuola").select_option(label="Infanzia Rodari")

        await expect(seen.page.get_by_label("Classe")).to_have_value("")
        assert await seen.page.locator("#class_id optgroup:not([disabled]) option").all_inner_texts() == ["Gialli"]


async def test_a_suggested_amount_fills_the_field(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await seen.page.goto("/portale/pagamenti/meals/ricarica")
        await seen.page.get_by_role("button", name="50,00").click()
        await expect(seen.page.get_by_label("Importo in euro")).to_have_value("50,00")
        await seen.page.get_by_role("button", name="Genera avviso di pagamento").click()

        await expect(seen.page.get_by_text("Avviso di pagamento generato.")).to_be_visible()
        await expect(seen.page.get_by_text("3010 0000 0000 0123 45").first).to_be_visible()


async def test_paying_by_card_leaves_for_the_payment_page(browser: Browser, town: Town) -> None:
    """The policy of the page lets a form lead there: browsers apply it to redirects too."""
    cart = {"notice_number": NOTICE, "redirect_url": f"{town.checkout}/c/1"}
    town.services.answer("POST", "/api/ledger/v1/checkouts", cart)
    async with window(browser, town.address) as seen:
        await seen.page.goto("/portale/pagamenti/meals/ricarica")
        await seen.page.get_by_label("Importo in euro").fill("20")
        await seen.page.get_by_role("button", name="Paga con carta").click()

        await expect(seen.page.get_by_text("Pagina di pagamento")).to_be_visible()
        assert seen.complaints == []


async def test_a_clerk_rejects_only_after_saying_why(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        page = seen.page
        await page.goto(f"/ufficio/domande/{APPLICATION}")
        await page.get_by_text("Rifiuta", exact=True).click()
        await page.get_by_role("button", name="Rifiuta la domanda").click()
        await expect(page.locator("[data-error-summary]")).to_be_focused()
        assert await seen.barriers() == []

        await page.get_by_label("Motivo del rifiuto").fill("La classe indicata non esiste.")
        await page.get_by_label("Confermo il rifiuto").check()
        await page.get_by_role("button", name="Rifiuta la domanda").click()
        await expect(page.get_by_text("La domanda è stata rifiutata")).to_be_visible()
