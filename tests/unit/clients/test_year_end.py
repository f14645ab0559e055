"""The end of the year: looked at first, confirmed twice, watched until it is done."""

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER, closing_json
from tests.support.services_double import ServicesDouble

WIZARD = "/ufficio/chiusura-anno"
RUN = f"{LEDGER}/year-closings/2025-26/run"


async def test_the_newest_year_comes_first(clerk: Browser) -> None:
    page = (await clerk.see(WIZARD)).text

    assert page.index("2025/2026") < page.index("2024/2025") < page.index("2023/2024")


async def test_the_preview_changes_nothing(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(f"{WIZARD}/2025-26")).text

    assert "Credito da restituire" in page
    assert "Anna Bianchi" in page
    assert services.sent("POST", RUN) == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"year_again": "2024/25", "confirmed": "yes"}, "year_again"),
        ({"year_again": "2025/26", "confirmed": ""}, "confirmed"),
    ],
)
async def test_closing_is_confirmed_twice(
    clerk: Browser, services: ServicesDouble, typed: dict[str, str], field: str
) -> None:
    await clerk.see(f"{WIZARD}/2025-26")

    response = await clerk.post(f"{WIZARD}/2025-26", **typed)

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert services.sent("POST", RUN) == []


async def test_a_confirmed_year_is_closed(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(f"{WIZARD}/2025-26")

    response = await clerk.post(f"{WIZARD}/2025-26", year_again="2025/26", confirmed="yes")

    assert response.headers["location"] == f"{WIZARD}/2025-26"
    assert len(services.sent("POST", RUN)) == 1


async def test_a_year_that_is_not_over_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    detail = "L'anno scolastico non è ancora finito."
    services.refuse("POST", f"{LEDGER}/year-closings/2025-26/preview", "school-year-not-over", detail)

    response = await clerk.see(f"{WIZARD}/2025-26")

    assert response.status_code == 422
    assert "non è ancora finito." in response.text


async def test_a_refused_start_is_explained_on_the_preview(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", RUN, "school-year-not-over", "Troppo presto.")
    await clerk.see(f"{WIZARD}/2025-26")

    response = await clerk.post(f"{WIZARD}/2025-26", year_again="2025-26", confirmed="yes")

    assert "Troppo presto." in response.text


async def test_the_progress_asks_again_by_itself_until_it_is_done(clerk: Browser, services: ServicesDouble) -> None:
    assert 'hx-trigger="every 2s"' in (await clerk.see(f"{WIZARD}/2024-25")).text

    services.answer("GET", f"{LEDGER}/year-closings/2024-25", closing_json("closed", accounts_settled=400))
    page = (await clerk.see(f"{WIZARD}/2024-25")).text
    assert "Anno chiuso il" in page
    assert "hx-trigger" not in page


async def test_the_accounts_to_act_upon_are_listed_by_outcome(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(f"{WIZARD}/2024-25/conti?esito=refund-due")

    query = services.sent("GET", f"{LEDGER}/year-closings/2024-25/lines")[0].query
    assert query == {"outcome": "refund-due"}
