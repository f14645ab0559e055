"""Flows against receipts: what does not match is shown first, and taking new flows says what it found."""

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER, WORK
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


REASON = "Chiesto alla banca, torna il 10"
HANDLE = f"{LEDGER}/reconciliation/worklist/mark-handled"
TAKE_BACK = f"{LEDGER}/reconciliation/worklist/take-back"


async def test_a_clerk_says_what_was_done_about_a_line(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(PAGE)).text
    assert f'value="amount-differs {WORK}"' in page

    response = await clerk.post(f"{PAGE}/gestite", work=f"amount-differs {WORK}", reason=REASON)

    [sent] = services.sent("POST", HANDLE)
    assert sent.body == {"work_id": WORK, "kind": "amount-differs", "reason": REASON}
    assert response.headers["location"] == f"{PAGE}?esito=gestita"
    assert "segnata come gestita" in (await clerk.see(f"{PAGE}?esito=gestita")).text


async def test_a_line_without_a_reason_stays_where_it_is(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(f"{PAGE}/gestite", work=f"amount-differs {WORK}", reason="ok")

    assert response.status_code == 422
    assert "Scrivi il motivo" in response.text
    assert f'value="amount-differs {WORK}" checked' in response.text
    assert services.sent("POST", HANDLE) == []


@pytest.mark.parametrize("address", ["gestite", "riprese"])
async def test_nothing_is_done_about_no_line(clerk: Browser, services: ServicesDouble, address: str) -> None:
    await clerk.see(f"{PAGE}/gestite")

    response = await clerk.post(f"{PAGE}/{address}", reason=REASON)

    assert response.status_code == 422
    assert "Scegli la voce" in response.text
    assert services.sent("POST", HANDLE) + services.sent("POST", TAKE_BACK) == []


async def test_a_line_that_changed_meanwhile_is_told_about(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", HANDLE, "work-changed", "Questa voce è cambiata da quando l'hai vista.", status=409)
    await clerk.see(PAGE)

    response = await clerk.post(f"{PAGE}/gestite", work=f"amount-differs {WORK}", reason=REASON)

    assert response.status_code == 422
    assert "Questa voce è cambiata" in response.text
    assert REASON in response.text


async def test_who_dealt_with_what_is_there_to_be_found(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(f"{PAGE}/gestite")).text

    assert page.count('type="radio"') == 1
    assert "05/10/2025 alle 10:30" in page
    assert "Elena Costa" in page
    assert "Voce sbagliata" in page
    assert "Ora: riconciliata" in page


async def test_what_was_handled_can_be_taken_back(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(f"{PAGE}/gestite")

    response = await clerk.post(f"{PAGE}/riprese", work=WORK, reason="Non è ancora arrivato")

    [sent] = services.sent("POST", TAKE_BACK)
    assert sent.body == {"work_id": WORK, "reason": "Non è ancora arrivato"}
    assert response.headers["location"] == f"{PAGE}?esito=ripresa"


async def test_what_closed_by_itself_cannot_be_taken_back(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", TAKE_BACK, "work-not-handled", "Questa voce non è segnata come gestita.", status=409)
    await clerk.see(f"{PAGE}/gestite")

    response = await clerk.post(f"{PAGE}/riprese", work=WORK, reason="Non è ancora arrivato")

    assert response.status_code == 422
    assert "Questa voce non è segnata come gestita." in response.text


async def test_where_nothing_was_handled_the_page_says_so(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/reconciliation/worklist/handled", {"items": []})

    assert "Nessuna voce è stata ancora segnata" in (await clerk.see(f"{PAGE}/gestite")).text
