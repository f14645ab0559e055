"""By the month: charges are looked at before they are posted, and a month is closed only when it is meant."""

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER
from tests.support.services_double import ServicesDouble

PAGE = "/ufficio/mesi"
CHARGE = f"{LEDGER}/subscriptions"
CLOSE = f"{LEDGER}/periods/2025-09/close"


async def test_a_period_is_looked_at_and_then_charged(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    seen = await clerk.post(f"{PAGE}/canoni", period="2025-10", action="preview")
    assert "Anteprima: ottobre 2025" in seen.text
    assert "52 alunni, 40 famiglie" in seen.text
    unmeant = await clerk.post(f"{PAGE}/canoni", period="2025-10", action="charge")
    assert 'href="#confirmed"' in unmeant.text
    assert services.sent("POST", CHARGE) == []

    charged = await clerk.post(f"{PAGE}/canoni", period="2025-10", action="charge", confirmed="yes")
    assert services.sent("POST", CHARGE)[0].body == {"period": "2025-10"}
    assert "<dt>Addebitati ora</dt><dd>50" in charged.text


@pytest.mark.parametrize("period", ["", "2030-01", "sempre"])
async def test_a_period_that_is_none_is_not_charged(clerk: Browser, services: ServicesDouble, period: str) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(f"{PAGE}/canoni", period=period, action="charge", confirmed="yes")

    assert response.status_code == 422
    assert 'href="#period"' in response.text
    assert services.sent("POST", CHARGE) == []


async def test_a_month_that_is_over_is_closed(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(PAGE)).text
    assert '<option value="2025-09">settembre 2025</option>' in page
    assert '<option value="2025-08">agosto 2025</option>' not in page.partition("Mese da chiudere")[2]

    response = await clerk.post(f"{PAGE}/chiudi", month="2025-09", close_confirmed="yes")

    assert response.headers["location"] == f"{PAGE}?esito=chiuso"
    assert len(services.sent("POST", CLOSE)) == 1


@pytest.mark.parametrize(
    ("month", "confirmed", "field"),
    [("2025-09", "", "close_confirmed"), ("2025-10", "yes", "month"), ("", "yes", "month")],
)
async def test_a_month_is_not_closed_by_mistake(
    clerk: Browser, services: ServicesDouble, month: str, confirmed: str, field: str
) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(f"{PAGE}/chiudi", month=month, close_confirmed=confirmed)

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert services.sent("POST", CLOSE) == []


async def test_a_month_the_ledger_does_not_close_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", CLOSE, "period-not-over", "Il mese non è ancora finito.", status=409)
    await clerk.see(PAGE)

    response = await clerk.post(f"{PAGE}/chiudi", month="2025-09", close_confirmed="yes")

    assert "Il mese non è ancora finito." in response.text
