"""Paying in instalments, as a family goes through it, and as a clerk does it for one."""

from datetime import date

import pytest

from clients.instalments import monthly
from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER, PLAN
from tests.support.services_double import GUARDIAN, ServicesDouble, notice_json

PLANS = "/portale/pagamenti/rate"
AT_THE_COUNTER = f"/ufficio/conti/{GUARDIAN}/rate"
TYPED = {"amount": "100", "parts": "3", "first": "2025-10-31", "whole": "yes"}


async def test_the_instalments_are_looked_at_before_they_are_issued(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PLANS)
    name = browser.hidden["plan_id"]

    looked_at = await browser.post(PLANS, action="preview", **TYPED)
    assert looked_at.status_code == 200
    assert "<li>33,34\xa0€ entro il 31/10/2025</li>" in looked_at.text
    assert services.sent("POST", f"{LEDGER}/plans") == []

    issued = await browser.post(PLANS, action="issue", **TYPED)
    assert issued.headers["location"] == f"{PLANS}/{PLAN}?nuovo=1"
    assert services.sent("POST", f"{LEDGER}/plans")[0].body == {
        "plan_id": name,
        "service": "meals",
        "instalments": [
            {"due_date": "2025-10-31", "amount_cents": 3334},
            {"due_date": "2025-11-28", "amount_cents": 3333},
            {"due_date": "2025-12-28", "amount_cents": 3333},
        ],
        "with_whole": True,
    }


async def test_what_was_not_looked_at_is_not_issued(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PLANS)
    await browser.post(PLANS, action="preview", **TYPED)

    again = await browser.post(PLANS, action="issue", **(TYPED | {"amount": "120"}))

    assert "<li>40,00\xa0€ entro il 31/10/2025</li>" in again.text
    assert services.sent("POST", f"{LEDGER}/plans") == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "0,02"}, "amount"),
        ({"parts": "1"}, "parts"),
        ({"parts": "13"}, "parts"),
        ({"parts": "²"}, "parts"),
        ({"first": "2025-10-05"}, "first"),
        ({"first": "domani"}, "first"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(browser: Browser, changed: dict[str, str], field: str) -> None:
    await browser.see(PLANS)

    response = await browser.post(PLANS, action="issue", **(TYPED | changed))

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text


async def test_a_refusal_of_the_ledger_is_shown(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{LEDGER}/plans", "plan-not-valid", "L'ultima rata deve scadere entro dieci anni.")
    await browser.see(PLANS)
    await browser.post(PLANS, action="preview", **TYPED)

    response = await browser.post(PLANS, action="issue", **TYPED)

    assert response.status_code == 422
    assert "entro dieci anni" in response.text


async def test_a_family_sees_what_is_paid_late_and_still_to_come(browser: Browser) -> None:
    listed = (await browser.see(PLANS)).text
    assert "1 su 3" in listed
    assert '05/10/2025 <span class="quiet">(passata)</span>' in listed

    page = (await browser.see(f"{PLANS}/{PLAN}")).text
    assert "Tutto in una volta" in page
    assert "2 di 3" in page
    assert "<strong>in ritardo</strong>" in page
    letter = await browser.see(f"{PLANS}/{PLAN}/avvisi.pdf")
    assert letter.content == b"%PDF-1.7 plan"
    assert letter.headers["content-disposition"] == 'attachment; filename="avvisi-a-rate.pdf"'


async def test_among_all_notices_an_instalment_says_which_it_is(browser: Browser, services: ServicesDouble) -> None:
    second = notice_json(plan_id=PLAN, instalment=2, instalments=3)
    whole = notice_json(plan_id=PLAN, instalments=3, notice_number="301000000000099999")
    services.answer("GET", f"{LEDGER}/notices", {"items": [second, whole]})

    page = (await browser.see("/portale/pagamenti/avvisi")).text

    assert "Rata 2 di 3" in page
    assert "Tutto in una volta, invece di 3 rate" in page


async def test_the_office_issues_instalments_for_a_family(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(AT_THE_COUNTER)
    await clerk.post(AT_THE_COUNTER, action="preview", amount="50", parts="2", first="2025-10-31")

    issued = await clerk.post(AT_THE_COUNTER, action="issue", amount="50", parts="2", first="2025-10-31")

    assert issued.headers["location"] == f"{AT_THE_COUNTER}?esito=emesse"
    [asked] = services.sent("POST", f"{LEDGER}/accounts/{GUARDIAN}/instalments")
    assert asked.body["with_whole"] is False
    assert (await clerk.see(f"{AT_THE_COUNTER}/{PLAN}/avvisi.pdf")).content == b"%PDF-1.7 plan"


async def test_what_is_left_of_a_plan_is_cancelled_with_its_reason(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(AT_THE_COUNTER)
    unmeant = await clerk.post(f"{AT_THE_COUNTER}/{PLAN}/annulla", reason="x")
    assert f'href="#reason-{PLAN}"' in unmeant.text
    assert f'href="#confirmed-{PLAN}"' in unmeant.text
    assert services.sent("POST", f"{LEDGER}/plans/{PLAN}/cancel") == []

    done = await clerk.post(f"{AT_THE_COUNTER}/{PLAN}/annulla", reason="Emesso per errore", confirmed="yes")

    assert done.headers["location"] == f"{AT_THE_COUNTER}?esito=annullate"
    assert services.sent("POST", f"{LEDGER}/plans/{PLAN}/cancel")[0].body == {"reason": "Emesso per errore"}


async def test_an_account_without_plans_says_so(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/accounts/{GUARDIAN}/plans", {"items": []})

    assert "Nessun piano di rate su questo conto." in (await clerk.see(AT_THE_COUNTER)).text


def test_instalments_go_on_over_the_new_year() -> None:
    days = [each.due_date for each in monthly(1200, 3, date(2025, 11, 15))]

    assert days == [date(2025, 11, 15), date(2025, 12, 15), date(2026, 1, 15)]
