"""The account, the top-up and its notices, as a family goes through them."""

import pytest

from tests.support.browserless import Browser
from tests.support.services_double import NOTICE, PUPIL, SIBLING, ServicesDouble, account_json, notice_json

TOP_UP = "/portale/pagamenti/meals/ricarica"


async def test_the_statement_says_why_each_meal_was_paid(browser: Browser) -> None:
    page = (await browser.see("/portale/pagamenti/meals")).text

    assert "Perché ho pagato?" in page
    assert "Delibera di Giunta n. 42 del 10/06/2025" in page
    assert "personale addetto" in page
    assert "10,45\xa0€" in page
    assert 'Saldo aggiornato al <time datetime="2025-10-06T07:04:00+00:00">06/10/2025 alle 9:04</time>' in page


async def test_a_month_of_the_bus_says_why_it_costs_something_else_now(
    browser: Browser, services: ServicesDouble
) -> None:
    why = {"tariff_version": "bus/2025-26", "price_cents": 2000, "before_cents": 6000, "period": "2025-10"}
    entry = {
        "entry_id": "adjustment:subscription:pup_a1:transport:2025-10:1",
        "booked_at": "2025-10-06T07:04:00Z",
        "kind": "subscription-adjustment",
        "description": "Trasporto scolastico: conguaglio della quota di ottobre 2025",
        "amount_cents": 4000,
        "balance_after_cents": 4000,
        "why": why | {"reason": "ISEE presentato in ritardo", "isee_cents": 500_000},
    }
    services.answer("GET", "/api/ledger/v1/account/statement", {"items": [entry]})

    page = (await browser.see("/portale/pagamenti/meals")).text

    assert "Quota: ottobre 2025, 20,00\xa0€" in page
    assert "Era stato addebitato 60,00\xa0€: ISEE presentato in ritardo." in page
    assert "Prezzo del pasto" not in page


async def test_the_statement_is_shown_without_names_when_enrolment_is_away(
    browser: Browser, services: ServicesDouble
) -> None:
    services.answers.pop(("GET", "/api/enrollment/v1/pupils"))

    response = await browser.see("/portale/pagamenti/meals")

    assert response.status_code == 200
    assert "Pasto del 06/10/2025" in response.text


async def test_the_choice_of_the_notice_leads_to_the_payment(browser: Browser) -> None:
    response = await browser.see("/portale/pagamenti/meals?scelta=pagamento")

    assert response.headers["location"] == TOP_UP


async def test_a_debt_is_told_and_suggested_as_an_amount(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/ledger/v1/account", account_json(-1230))

    assert "12,30\xa0€ (saldo del debito)" in (await browser.see(TOP_UP)).text


@pytest.mark.parametrize(("typed", "cents"), [("37,50", 3750), ("50", 5000), ("1.234,5", 123450), ("€ 10.50", 1050)])
async def test_an_amount_is_understood_as_people_write_it(
    browser: Browser, services: ServicesDouble, typed: str, cents: int
) -> None:
    await browser.see(TOP_UP)

    response = await browser.post(TOP_UP, amount=typed, action="notice")

    assert response.headers["location"] == f"/portale/pagamenti/avvisi/{NOTICE}?nuovo=1"
    assert services.sent("POST", "/api/ledger/v1/notices")[0].body == {"amount_cents": cents, "service": "meals"}


@pytest.mark.parametrize("typed", ["", "abc", "-5", "0", "1,234", "10,5,0"])
async def test_what_is_no_amount_is_explained_beside_the_field(
    browser: Browser, services: ServicesDouble, typed: str
) -> None:
    await browser.see(TOP_UP)

    response = await browser.post(TOP_UP, amount=typed, action="notice")

    assert response.status_code == 422
    assert 'href="#amount"' in response.text
    assert 'aria-invalid="true"' in response.text
    assert services.sent("POST", "/api/ledger/v1/notices") == []


async def test_paying_by_card_leads_to_the_payment_page(browser: Browser) -> None:
    await browser.see(TOP_UP)

    response = await browser.post(TOP_UP, amount="20", action="card")

    assert response.status_code == 303
    assert response.headers["location"] == "https://checkout.pagopa.it/c/abc"


async def test_a_refusal_of_the_ledger_stands_beside_the_amount(browser: Browser, services: ServicesDouble) -> None:
    errors = [{"field": "amount_cents", "message": "L'importo è troppo alto."}]
    services.refuse("POST", "/api/ledger/v1/notices", "dati-non-validi", "Controlla i dati.", errors=errors)
    await browser.see(TOP_UP)

    response = await browser.post(TOP_UP, amount="999999", action="notice")

    assert response.status_code == 422
    assert '<a href="#amount">L&#39;importo è troppo alto.</a>' in response.text
    assert 'value="999999"' in response.text


@pytest.mark.parametrize(
    ("outcome", "heading"),
    [
        ("ok", "Pagamento inviato"),
        ("annullato", "Pagamento annullato"),
        ("errore", "Pagamento non riuscito"),
        ("in-attesa", "Pagamento in corso"),
        ("altro", "Pagamento in corso"),
    ],
)
async def test_coming_back_from_the_card_page_promises_nothing(browser: Browser, outcome: str, heading: str) -> None:
    page = (await browser.see(f"/portale/pagamenti/meals/esito?avviso={NOTICE}&esito={outcome}")).text

    assert f"</svg> {heading}</h1>" in page


async def test_once_the_receipt_is_there_coming_back_says_so(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"/api/ledger/v1/notices/{NOTICE}", notice_json("paid"))

    page = (await browser.see(f"/portale/pagamenti/meals/esito?avviso={NOTICE}&esito=errore")).text

    assert "Pagamento ricevuto" in page


async def test_the_letter_is_a_file_named_after_its_notice(browser: Browser) -> None:
    response = await browser.see(f"/portale/pagamenti/avvisi/{NOTICE}/avviso.pdf")

    assert response.content.startswith(b"%PDF")
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"] == f'attachment; filename="avviso-{NOTICE}.pdf"'
    assert response.headers["cache-control"] == "no-store"


async def test_somebody_elses_notice_does_not_exist(browser: Browser) -> None:
    response = await browser.see("/portale/pagamenti/avvisi/301999999999999999")

    assert response.status_code == 404
    assert "Pagina non trovata" in response.text


STATEMENT = "/portale/pagamenti/meals"


async def test_movements_are_asked_for_a_period(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(f"{STATEMENT}?dal=2025-10-01&al=2025-10-03&figlio=")

    query = services.sent("GET", "/api/ledger/v1/account/statement")[0].query
    assert query == {"from": "2025-10-01", "to": "2025-10-03"}


async def test_a_day_that_is_none_filters_nothing(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(f"{STATEMENT}?dal=ieri&al=2025-02-30")

    assert services.sent("GET", "/api/ledger/v1/account/statement")[0].query == {}


async def test_movements_of_one_child(browser: Browser) -> None:
    page = (await browser.see(f"{STATEMENT}?figlio={PUPIL}")).text
    assert "Pasto del 06/10/2025" in page
    assert "Ricarica con avviso" not in page

    assert "Nessun movimento con questi filtri." in (await browser.see(f"{STATEMENT}?figlio={SIBLING}")).text


@pytest.mark.parametrize("path", [STATEMENT, TOP_UP])
async def test_while_nobody_can_pay_the_family_is_told(browser: Browser, services: ServicesDouble, path: str) -> None:
    switch = "/api/ledger/v1/switches/payment-network-down"
    assert "hanno un problema" not in (await browser.see(path)).text

    services.answer("GET", switch, {"down_since": "2025-10-06T06:00:00Z"})
    assert "i pagamenti pagoPA hanno un problema" in (await browser.see(path)).text

    services.answers.pop(("GET", switch))
    assert (await browser.see(path)).status_code == 200


async def test_a_payment_in_flight_and_the_end_of_the_year_are_shown(
    browser: Browser, services: ServicesDouble
) -> None:
    services.answer("GET", "/api/ledger/v1/account", account_json(1045, payment_in_flight_cents=2500))

    assert "pagamento iniziato, in attesa della ricevuta" in (await browser.see(STATEMENT)).text
    assert "48,50\xa0€ (fino a fine anno)" in (await browser.see(TOP_UP)).text
