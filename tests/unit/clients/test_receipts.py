"""What a family keeps: receipts, the statement as a file, the certificate of a year."""

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER
from tests.support.services_double import GUARDIAN, PUPIL, ServicesDouble

PAYMENTS = "/portale/pagamenti"


async def test_receipts_are_payments_and_nothing_else(browser: Browser) -> None:
    page = (await browser.see(f"{PAYMENTS}/ricevute")).text

    assert "25,00\xa0€" in page
    assert "Pasto del" not in page


async def test_before_the_first_payment_there_is_no_receipt(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/account/statement", {"items": []})

    assert "Nessun pagamento ricevuto finora." in (await browser.see(f"{PAYMENTS}/ricevute")).text


@pytest.mark.parametrize("kind", ["csv", "pdf"])
async def test_the_movements_of_a_period_are_a_file(browser: Browser, services: ServicesDouble, kind: str) -> None:
    page = (await browser.see(f"{PAYMENTS}/meals?dal=2025-10-01")).text
    assert f'href="{PAYMENTS}/meals/estratto-conto.{kind}?dal=2025-10-01&amp;al="' in page

    response = await browser.see(f"{PAYMENTS}/meals/estratto-conto.{kind}?dal=2025-10-01&al=")

    assert response.headers["content-disposition"] == f'attachment; filename="estratto-conto.{kind}"'
    assert response.headers["cache-control"] == "no-store"
    assert services.sent("GET", f"{LEDGER}/account/statement.{kind}")[0].query == {"from": "2025-10-01"}


async def test_a_kind_of_file_that_is_none_does_not_exist(browser: Browser, services: ServicesDouble) -> None:
    assert (await browser.see(f"{PAYMENTS}/meals/estratto-conto.exe")).status_code == 404
    assert services.sent("GET", f"{LEDGER}/account/statement.exe") == []


async def test_the_certificate_is_of_one_child_and_year(browser: Browser, services: ServicesDouble) -> None:
    page = (await browser.see(f"{PAYMENTS}/attestazioni")).text
    assert "Anno 2025" in page
    assert "Anno 2021" in page
    assert "Anno 2020" not in page

    response = await browser.see(f"{PAYMENTS}/attestazioni/2025.pdf?figlio={PUPIL}")

    assert response.content.startswith(b"%PDF")
    assert response.headers["content-disposition"] == 'attachment; filename="spese-scolastiche-2025.pdf"'
    assert services.sent("GET", f"{LEDGER}/account/certificates/2025.pdf")[0].query == {"pupil_id": PUPIL}


async def test_without_children_there_is_nothing_to_certify(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/enrollment/v1/pupils", {"items": []})

    assert "Non ci sono figli iscritti" in (await browser.see(f"{PAYMENTS}/attestazioni")).text


async def test_the_office_has_the_statement_as_a_file(clerk: Browser) -> None:
    response = await clerk.see(f"/ufficio/conti/{GUARDIAN}/estratto-conto.pdf")

    assert response.content.startswith(b"%PDF")


async def test_a_price_that_changed_afterwards_explains_itself(browser: Browser, services: ServicesDouble) -> None:
    entry = {
        "entry_id": "ent_9",
        "booked_at": "2025-10-06T07:04:00Z",
        "value_day": "2025-10-06",
        "kind": "adjustment",
        "description": "Conguaglio del pasto del 02/10/2025",
        "pupil_id": PUPIL,
        "amount_cents": 165,
        "balance_after_cents": 1210,
        "why": {
            "tariff_version": "meals-standard/2025-26",
            "price_cents": 320,
            "before_cents": 485,
            "reason": "ISEE presentato in ritardo",
            "isee_cents": 850_000,
            "bracket_from_cents": 600_000,
            "bracket_to_cents": 1_000_000,
            "rank": 2,
            "siblings": 3,
            "is_resident": False,
            "reduction": "sibling",
        },
    }
    services.answer("GET", f"{LEDGER}/account/statement", {"items": [entry]})

    page = (await browser.see(f"{PAYMENTS}/meals")).text

    assert "Era stato addebitato 4,85\xa0€: ISEE presentato in ritardo." in page
    assert "Fascia ISEE da 6.000,00\xa0€ a meno di 10.000,00\xa0€ (ISEE dichiarato 8.500,00\xa0€)." in page
    assert "Figlio n. 2 di 3." in page
    assert "Residenza fuori dal Comune." in page
    assert "Riduzione applicata: fratelli." in page
