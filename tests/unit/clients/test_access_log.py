"""Who looked at a family's data, in every service, and the data in a file."""

from tests.support.browserless import Browser
from tests.support.services_double import OTHERS, ServicesDouble

PAGE, FILE = "/portale/profilo/registro", "/portale/profilo/dati.json"
BROKEN = {"slug": "errore-interno", "status": 500}


def looked(service: str, *minutes: int) -> dict[str, object]:
    line = {"who": "gua_clerk", "role": "office", "what": f"{service}-read"}
    return {"items": [line | {"at": f"2025-10-02T08:{minute:02}:00Z"} for minute in minutes]}


async def test_a_person_reads_who_looked_at_their_data(browser: Browser) -> None:
    page = (await browser.see(PAGE)).text

    for words in ("02/10/2025 alle 10:15", "Ha consultato i tuoi dati", "Profilo", "ufficio", "gua_clerk"):
        assert words in page


async def test_the_same_within_an_hour_is_one_line_and_services_stand_apart(
    browser: Browser, services: ServicesDouble
) -> None:
    services.answer("GET", "/api/ledger/v1/me/access-log", looked("statement", 40, 5, 59))
    services.answer("GET", "/api/enrollment/v1/me/access-log", looked("application", 41))

    page = (await browser.see(PAGE)).text
    assert "Ha letto i movimenti del tuo conto (3 volte)" in page
    assert page.index("Ha letto una tua domanda") < page.index("Ha consultato") < page.index("Ha letto i movimenti")
    assert "02/10/2025 alle 10:05" in page


async def test_a_change_of_rides_is_said_in_words(browser: Browser, services: ServicesDouble) -> None:
    line = {"who": "gua_clerk", "role": "office", "what": "change-ride", "at": "2025-10-02T08:05:00Z"}
    services.answer("GET", "/api/enrollment/v1/me/access-log", {"items": [line]})

    page = (await browser.see(PAGE)).text
    assert "Ha cambiato le corse dello scuolabus di un tuo figlio" in page
    assert "change-ride" not in page


async def test_nobody_looked_is_said(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/identity/v1/me/access-log", {"items": []})

    assert "Nessuno del personale" in (await browser.see(PAGE)).text


async def test_a_part_is_not_taken_for_the_whole(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/ledger/v1/me/access-log", BROKEN, 500)

    page = (await browser.see(PAGE)).text
    assert "Questo registro non è completo" in page
    assert "Conto e pagamenti" in page
    assert "Ha consultato i tuoi dati" in page


async def test_a_person_takes_their_data_away_from_every_service(browser: Browser) -> None:
    file = await browser.see(FILE)

    whole = file.json()
    assert whole.keys() == {"shape", "made_at", "identity", *OTHERS}
    assert (whole["shape"], whole["identity"]["given_name"]) == ("refettorio.own-data.v1", "Anna")
    assert file.headers["content-disposition"] == 'attachment; filename="i-miei-dati.json"'
    assert "no-store" in file.headers["cache-control"]


async def test_without_one_service_there_is_no_file_and_the_page_says_whose_data_are_missing(
    browser: Browser, services: ServicesDouble
) -> None:
    services.answer("GET", "/api/attendance/v1/me/export", BROKEN, 500)

    page = await browser.see(FILE)
    assert page.status_code == 503
    assert "content-disposition" not in page.headers
    assert "sarebbe incompleto" in page.text
    assert "Presenze" in page.text
