"""Flows against receipts: what does not match is shown first, and taking new flows says what it found."""

from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER
from tests.support.services_double import ServicesDouble

PAGE = "/ufficio/riconciliazione"


async def test_what_does_not_match_says_what_was_expected(clerk: Browser) -> None:
    page = (await clerk.see(PAGE)).text

    assert "Importo diverso dalla ricevuta" in page
    assert "attesi 37,00\xa0€" in page
    assert "Ricevuta senza flusso" in page
    assert "La somma non torna" in page


async def test_a_book_that_disagrees_with_its_receipts_is_an_alarm(clerk: Browser, services: ServicesDouble) -> None:
    proof = {"ledger_cents": 120_000, "receipts_cents": 119_500, "holds": False}
    services.answer("GET", f"{LEDGER}/reconciliation/proof", proof)

    page = (await clerk.see(PAGE)).text

    assert "non coincidono: nel libro 1.200,00\xa0€, nelle ricevute 1.195,00\xa0€" in page


async def test_new_flows_are_taken_and_counted(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    page = (await clerk.post(PAGE)).text

    assert len(services.sent("POST", f"{LEDGER}/reconciliation/run")) == 1
    assert "<dt>Flussi nuovi</dt><dd>2</dd>" in page
    assert "<dd>12<small>di cui 1 chieste a pagoPA</small></dd>" in page


async def test_where_flows_are_not_configured_the_page_says_so(clerk: Browser, services: ServicesDouble) -> None:
    path = f"{LEDGER}/reconciliation/run"
    services.refuse("POST", path, "reconciliation-not-configured", "La riconciliazione non è configurata.")
    await clerk.see(PAGE)

    response = await clerk.post(PAGE)

    assert response.status_code == 422
    assert "La riconciliazione non è configurata." in response.text


async def test_when_everything_matches_there_is_nothing_to_do(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/reconciliation/worklist", {"items": []})
    services.answer("GET", f"{LEDGER}/reconciliation/flows", {"items": []})

    page = (await clerk.see(PAGE)).text

    assert "Tutto torna" in page
    assert "Nessun flusso ricevuto finora." in page
