"""What was charged rated again by a clerk: looked at, meant, posted once."""

import pytest

from tests.support.browserless import Browser
from tests.support.prices_double import LEDGER, PREVIEW, rerating_json
from tests.support.services_double import GUARDIAN, ServicesDouble


async def test_meals_are_looked_at_again_before_anything_is_posted(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see("/ufficio/ricalcolo")

    response = await clerk.post("/ufficio/ricalcolo", first="2025-10-01", last="2025-10-05", code="")

    asked = services.sent("POST", f"{LEDGER}/reratings/preview")[0].body
    assert asked == {"from": "2025-10-01", "to": "2025-10-05"}
    assert response.headers["location"] == f"/ufficio/ricalcolo/{PREVIEW}"
    assert services.sent("POST", f"{LEDGER}/reratings") == []


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [("", "2025-10-05", "first"), ("2025-10-01", "", "last"), ("2025-10-05", "2025-10-01", "last")],
)
async def test_days_that_are_none_are_not_rated_again(clerk: Browser, first: str, last: str, field: str) -> None:
    await clerk.see("/ufficio/ricalcolo")

    response = await clerk.post("/ufficio/ricalcolo", first=first, last=last, code="")

    assert f'href="#{field}"' in response.text


async def test_differences_are_posted_with_their_reason(clerk: Browser, services: ServicesDouble) -> None:
    path = f"/ufficio/ricalcolo/{PREVIEW}"
    await clerk.see(path)

    unmeant = await clerk.post(path, reason="")
    assert 'href="#reason"' in unmeant.text
    assert 'href="#confirmed"' in unmeant.text
    assert services.sent("POST", f"{LEDGER}/reratings") == []

    await clerk.post(path, reason="ISEE presentato in ritardo", confirmed="yes")
    assert services.sent("POST", f"{LEDGER}/reratings")[0].body == {
        "preview_id": PREVIEW,
        "reason": "ISEE presentato in ritardo",
    }


async def test_a_preview_says_of_which_meal_or_month_each_difference_is(
    clerk: Browser, services: ServicesDouble
) -> None:
    services.answer("GET", f"{LEDGER}/reratings/{PREVIEW}", rerating_json(account_id=GUARDIAN))

    page = (await clerk.see(f"/ufficio/ricalcolo/{PREVIEW}")).text

    assert "Pasto del 02/10/2025" in page
    assert "Trasporto Scolastico: ottobre 2025" in page
    assert "2 differenze su 40 pasti e 2 canoni" in page
    assert "solo il conto di" in page


async def test_what_was_posted_is_not_offered_again(clerk: Browser, services: ServicesDouble) -> None:
    posted = rerating_json(posted_at="2025-10-06T10:05:00Z")
    services.answer("GET", f"{LEDGER}/reratings/{PREVIEW}", posted)

    page = (await clerk.see(f"/ufficio/ricalcolo/{PREVIEW}")).text

    assert "Differenze registrate il" in page
    assert "Conferma il ricalcolo" not in page
