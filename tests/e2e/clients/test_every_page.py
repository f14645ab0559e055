"""Every page, wide and narrow: no barrier that axe knows, no complaint of the browser, no scrolling sideways."""

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.e2e.clients.conftest import Town
from tests.support.chromium import NARROW, WIDE, window
from tests.support.office_money_double import PLAN, PRINTING, ROOTS
from tests.support.second_guardians_double import INVITED_TO, SHARED
from tests.support.services_double import APPLICATION, GUARDIAN, NOTICE, PUPIL, SIBLING

PAGES = (
    "/",
    "/accedi?next=/portale/",
    "/notizie",
    "/documenti",
    f"/documenti/impronte?giorno=2025-10-04&impronta={ROOTS[-2]['root']}",
    "/privacy",
    "/privacy/1",
    "/privacy/2",
    "/accessibilita",
    "/portale/",
    "/portale/pagamenti",
    "/portale/pagamenti/meals",
    "/portale/pagamenti/meals/ricarica",
    "/portale/pagamenti/avvisi",
    f"/portale/pagamenti/avvisi/{NOTICE}?nuovo=1",
    f"/portale/pagamenti/meals/esito?avviso={NOTICE}&esito=ok",
    "/portale/pagamenti/meals?dal=2025-10-01&figlio=pup_a1",
    "/portale/pagamenti/ricevute",
    "/portale/pagamenti/attestazioni",
    "/portale/pagamenti/rimborso",
    "/portale/pagamenti/rate",
    f"/portale/pagamenti/rate/{PLAN}?nuovo=1",
    "/portale/moduli",
    "/portale/moduli/compila/meals-2025-26",
    "/portale/moduli/compila/transport-2025-26",
    "/portale/moduli/inviati",
    f"/portale/moduli/inviati/{APPLICATION}?esito=inviata",
    "/portale/comunicazioni",
    "/portale/figli",
    f"/portale/figli/{PUPIL}",
    f"/portale/figli/{SHARED}",
    *(f"/portale/figli/{each}/altro-genitore?esito=indicato" for each in (PUPIL, SIBLING, SHARED, INVITED_TO)),
    "/portale/profilo",
    "/portale/profilo/accessi",
    "/portale/profilo/registro",
    "/portale/profilo/informative?esito=letta",
    "/portale/profilo/cancellazione?esito=chiesta",
    "/portale/deleghe?esito=data",
    "/ufficio/",
    f"/ufficio/domande/{APPLICATION}",
    "/ufficio/alunni?classe=primaria-1a",
    f"/ufficio/alunni/{PUPIL}",
    "/ufficio/linee?linea=verde",
    "/ufficio/persone",
    f"/ufficio/persone/{GUARDIAN}?esito=in-vita",
    "/ufficio/persone/gua_twin",
    "/ufficio/persone/gua_merged",
    f"/ufficio/persone/{GUARDIAN}/unisci/gua_twin",
    "/ufficio/cancellazioni?esito=refused",
    "/ufficio/presenze?classe=primaria-1a&giorno=2025-10-06",
    "/ufficio/tablet",
    "/ufficio/tablet/operatori?esito=sbloccato",
    "/ufficio/personale?esito=proposta",
    "/ufficio/sistemi",
    "/ufficio/sistemi/mac_1",
    "/ufficio/registro",
    "/ufficio/conti",
    f"/ufficio/conti/{GUARDIAN}",
    f"/ufficio/conti/{GUARDIAN}/debito",
    f"/ufficio/conti/{GUARDIAN}/isee",
    "/ufficio/isee",
    f"/ufficio/conti/{GUARDIAN}/rate?esito=emesse",
    "/ufficio/solleciti",
    "/ufficio/mesi",
    "/ufficio/stampe",
    "/ufficio/stampe/anteprima?scuola=primaria&servizio=meals&regola=owed",
    f"/ufficio/stampe/{PRINTING}",
    "/ufficio/stampe/prn-2",
    "/ufficio/rimborsi",
    "/ufficio/riconciliazione",
    "/ufficio/riconciliazione/gestite",
    "/ufficio/chiusura-anno",
    "/ufficio/chiusura-anno/2025-26",
    "/ufficio/chiusura-anno/2024-25",
    "/ufficio/chiusura-anno/2024-25/conti?esito=refund-due",
    "/ufficio/posizioni",
    f"/ufficio/posizioni/{NOTICE}",
    "/ufficio/anomalie",
    "/ufficio/anomalie?mostra=risolte",
    "/ufficio/tariffe",
    "/ufficio/tariffe/nuova?forma=flat",
    "/ufficio/tariffe/nuova?forma=bracketed",
    "/ufficio/tariffe/nuova?forma=linear",
    "/ufficio/tariffe/nuova?tariffa=meals-standard&versione=2025-26",
    "/ufficio/ricalcolo",
    "/ufficio/ricalcolo/rerating-1",
    "/ufficio/comunicazioni",
    "/ufficio/comunicazioni/consegne",
)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_no_barrier(browser: Browser, town: Town, path: str, size: ViewportSize) -> None:
    async with window(browser, town.address, size=size) as seen:
        await seen.page.goto(path)

        assert await seen.barriers() == []
        assert seen.complaints == []
        assert await seen.overflow_pixels() <= 0


async def test_titillium_is_what_people_read(browser: Browser, town: Town) -> None:
    """Criterion C.SE.1.3: Bootstrap Italia names the family and does not load it."""
    async with window(browser, town.address) as seen:
        await seen.page.goto("/")

        loaded = await seen.page.evaluate(
            "document.fonts.ready.then(() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family))"
        )
        assert any("Titillium Web" in family for family in loaded)


async def test_an_error_summary_has_the_focus_and_leads_to_the_field(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        page = seen.page
        await page.goto("/portale/pagamenti/meals/ricarica")
        await page.get_by_role("button", name="Genera avviso di pagamento").click()

        await expect(page.locator("[data-error-summary]")).to_be_focused()
        assert await seen.barriers() == []
        await page.get_by_role("link", name="Scrivi l'importo in euro").click()
        await expect(page.get_by_label("Importo in euro")).to_be_focused()


async def test_a_problem_page_and_an_opened_menu_have_no_barrier(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await seen.page.goto("/portale/nulla")
        assert await seen.barriers() == []

        await seen.page.goto("/portale/")
        await seen.page.get_by_text("Anna Bianchi").click()
        await expect(seen.page.get_by_role("button", name="Esci")).to_be_visible()
        assert await seen.barriers() == []
        await seen.page.keyboard.press("Escape")
        await expect(seen.page.get_by_role("button", name="Esci")).to_be_hidden()


async def test_the_balance_is_drawn_beside_its_table(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await seen.page.goto("/portale/pagamenti/meals")

        await expect(seen.page.get_by_role("img", name="Andamento del saldo")).to_be_visible()
        await expect(seen.page.get_by_role("table", name="Movimenti")).to_be_visible()
        await seen.page.get_by_text("Perché ho pagato?").first.click()
        await expect(seen.page.get_by_text("Delibera di Giunta n. 42").first).to_be_visible()


async def test_without_scripts_the_filter_of_the_office_has_its_button(browser: Browser, town: Town) -> None:
    async with window(browser, town.address, scripts=False) as seen:
        await seen.page.goto("/ufficio/")
        await seen.page.get_by_role("button", name="Filtra").click()

        assert "stato=&servizio=&anno=" in seen.page.url


async def test_the_filter_of_the_office_needs_no_button(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await seen.page.goto("/ufficio/")
        await seen.page.get_by_label("Stato", exact=True).select_option("rejected")

        await expect(seen.page.get_by_text("1 domanda", exact=True)).to_be_visible()
        assert "stato=rejected" in seen.page.url
        assert seen.complaints == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_person_is_searched_and_their_contacts_are_shown(
    browser: Browser, town: Town, size: ViewportSize
) -> None:
    async with window(browser, town.address, size=size) as seen:
        await seen.page.goto("/ufficio/persone")
        await seen.page.get_by_label("Codice fiscale, oppure nome e cognome").fill("bianchi")
        await seen.page.get_by_role("button", name="Cerca", exact=True).click()
        assert await seen.barriers() == []
        assert "bianchi" not in seen.page.url.lower()

        await seen.page.get_by_role("link", name="Anna Bianchi").click()
        await seen.page.get_by_role("button", name="Mostra per intero").click()

        await expect(seen.page.get_by_text("anna.bianchi@example.it")).to_be_visible()
        assert await seen.barriers() == []
        assert (await seen.overflow_pixels(), seen.complaints) == (0, [])
