"""Printing the notices of a school, as a clerk goes through it."""

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER, PRINTING, printing_json
from tests.support.services_double import ServicesDouble

PRINTS = "/ufficio/stampe"
CHOICE = {"scuola": "primaria", "classe": "primaria-1a", "servizio": "meals", "regola": "owed"}
LOOK = f"{PRINTS}/anteprima?scuola=primaria&classe=primaria-1a&servizio=meals&regola=owed"
ORDER = {"school_id": "primaria", "class_id": "primaria-1a", "service": "meals", "rule": "owed"}


async def test_a_school_is_looked_at_before_anything_is_issued(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(LOOK)).text

    assert "1A, Primaria Don Milani" in page
    assert "<dd>164<small>su 180 famiglie</small></dd>" in page
    assert services.sent("POST", f"{LEDGER}/prints/preview")[0].body == ORDER
    assert services.sent("POST", f"{LEDGER}/prints") == []


async def test_a_printing_is_started_once_it_is_meant(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(LOOK)
    name = clerk.hidden["run_id"]
    unmeant = await clerk.post(PRINTS)
    assert 'href="#confirmed"' in unmeant.text
    assert clerk.hidden["run_id"] == name
    assert services.sent("POST", f"{LEDGER}/prints") == []

    begun = await clerk.post(PRINTS, confirmed="yes")

    assert begun.headers["location"] == f"{PRINTS}/{PRINTING}"
    assert services.sent("POST", f"{LEDGER}/prints")[0].body == ORDER | {
        "run_id": name,
        "class_names": {"primaria-1a": "1A", "primaria-2a": "2A"},
    }


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("regola=weeks-of-meals&settimane=4&importo=9", {"rule": "weeks-of-meals", "weeks": 4}),
        ("regola=fixed-per-child&settimane=4&importo=12,50", {"rule": "fixed-per-child", "per_child_cents": 1250}),
    ],
)
async def test_an_amount_goes_with_its_rule(
    clerk: Browser, services: ServicesDouble, typed: str, asked: dict[str, object]
) -> None:
    await clerk.see(f"{PRINTS}/anteprima?scuola=primaria&classe=primaria-1a&servizio=meals&{typed}")

    assert services.sent("POST", f"{LEDGER}/prints/preview")[0].body == ORDER | asked


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"regola": "weeks-of-meals", "settimane": "41"}, "settimane"),
        ({"regola": "fixed-per-child", "importo": "tanto"}, "importo"),
        ({"scuola": "altrove"}, "scuola"),
        ({"classe": "infanzia-gialli"}, "classe"),
        ({"servizio": "library"}, "servizio"),
        ({"regola": "tutto"}, "regola-owed"),
    ],
)
async def test_what_cannot_be_chosen_is_explained(clerk: Browser, changed: dict[str, str], field: str) -> None:
    query = "&".join(f"{name}={value}" for name, value in (CHOICE | changed).items())

    response = await clerk.see(f"{PRINTS}/anteprima?{query}")

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text


async def test_a_refusal_of_the_ledger_is_shown_where_one_chooses(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{LEDGER}/prints", "print-going-on", "Per questa scuola è già in corso.", status=409)
    await clerk.see(LOOK)
    refused = await clerk.post(PRINTS, confirmed="yes")
    assert "Per questa scuola è già in corso." in refused.text
    services.refuse("POST", f"{LEDGER}/prints/preview", "print-not-possible", "La ricarica si calcola sui pasti.")
    assert "La ricarica si calcola sui pasti." in (await clerk.see(LOOK)).text


async def test_with_nobody_to_ask_there_is_nothing_to_confirm(clerk: Browser, services: ServicesDouble) -> None:
    nothing = {"families": 180, "letters": 0, "to_issue": 0, "total_cents": 0}
    services.answer("POST", f"{LEDGER}/prints/preview", nothing)

    page = (await clerk.see(LOOK)).text

    assert "Nessuna famiglia a cui chiedere un pagamento." in page
    assert "Avvia la stampa" not in page


async def test_the_progress_is_seen_with_and_without_scripts(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(f"{PRINTS}/{PRINTING}")).text
    assert 'hx-trigger="every 2s"' in page
    assert f'<a href="{PRINTS}/{PRINTING}">Aggiorna l' in page
    assert "1 documento su 2" in page
    assert (await clerk.see(f"{PRINTS}/{PRINTING}/avvisi-1.pdf")).content == b"%PDF-1.7 letters"

    services.answer("GET", f"{LEDGER}/prints/{PRINTING}", printing_json("ready"))
    page = (await clerk.see(f"{PRINTS}/{PRINTING}")).text
    assert "hx-get" not in page.split('id="progress"')[1].split(">")[0]
    assert "restano qui fino al" in page
    assert "Scarica il documento 2 (PDF)" in page
    assert "Interrompi la stampa" not in page


@pytest.mark.parametrize(
    ("state", "more", "said"),
    [
        ("failed", {}, "Motivo: Scuola sbagliata"),
        ("forgotten", {}, "I documenti non sono più conservati"),
        ("ready", {"letters": 0, "files": 0, "files_printed": 0}, "non c&#39;è nulla da stampare"),
    ],
)
async def test_what_is_over_says_how(
    clerk: Browser, services: ServicesDouble, state: str, more: dict[str, object], said: str
) -> None:
    services.answer("GET", f"{LEDGER}/prints/{PRINTING}", printing_json(state, **more))

    page = (await clerk.see(f"{PRINTS}/{PRINTING}")).text

    assert said.replace("&#39;", "'") in page.replace("&#39;", "'")
    assert "/avvisi-1.pdf" not in page


async def test_a_printing_is_stopped_with_its_reason(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(f"{PRINTS}/{PRINTING}")
    assert 'href="#reason"' in (await clerk.post(f"{PRINTS}/{PRINTING}/interrompi", reason="x")).text

    done = await clerk.post(f"{PRINTS}/{PRINTING}/interrompi", reason="Scuola sbagliata")

    assert done.headers["location"] == f"{PRINTS}/{PRINTING}"
    assert services.sent("POST", f"{LEDGER}/prints/{PRINTING}/stop")[0].body == {"reason": "Scuola sbagliata"}


async def test_the_last_printings_are_listed_by_name(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(PRINTS)).text
    assert "Primaria Don Milani" in page
    assert "Documenti non più conservati" in page

    services.answer("GET", f"{LEDGER}/prints", {"items": []})
    assert "Nessuna stampa finora." in (await clerk.see(PRINTS)).text
