"""Who looked at a family's data, and the data in a file."""

from tests.support.browserless import Browser
from tests.support.services_double import ServicesDouble

PAGE = "/portale/profilo/registro"


async def test_a_person_reads_who_looked_at_their_data(browser: Browser) -> None:
    page = (await browser.see(PAGE)).text

    for words in ("02/10/2025 alle 10:15", "Ha consultato i tuoi dati", "ufficio", "gua_clerk"):
        assert words in page


async def test_nobody_looked_is_said(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/identity/v1/me/access-log", {"items": []})

    assert "Nessuno del personale" in (await browser.see(PAGE)).text


async def test_a_person_takes_their_data_away(browser: Browser) -> None:
    file = await browser.see("/portale/profilo/dati.json")

    assert file.json()["given_name"] == "Anna"
    assert file.headers["content-disposition"] == 'attachment; filename="i-miei-dati.json"'
    assert "no-store" in file.headers["cache-control"]
