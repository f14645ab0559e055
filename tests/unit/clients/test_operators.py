"""The office names the operators of the tablets; their codes are shown once and stand in no address."""

import pytest

from tests.support.browserless import Browser
from tests.support.services_double import ServicesDouble

PAGE = "/ufficio/tablet/operatori"
API = "/api/identity/v1/operators"


async def test_an_operator_is_named_and_their_code_is_shown_once(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(PAGE, name="Teresa C.", fiscal_code="CNTTRS80A41D142X")

    assert response.status_code == 200
    assert "9XB7K2MQ</p>" in response.text
    assert services.sent("POST", API)[0].body == {"name": "Teresa C.", "fiscal_code": "CNTTRS80A41D142X"}


async def test_an_operator_needs_a_name_and_a_code(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(PAGE, name="", fiscal_code="")

    assert response.status_code == 422
    assert 'href="#fiscal_code"' in response.text
    assert services.sent("POST", API) == []


async def test_another_code_is_a_page_too(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    assert "9XB7K2MQ</p>" in (await clerk.post(f"{PAGE}/opr_1/codice")).text
    assert len(services.sent("POST", f"{API}/opr_1/code")) == 1


@pytest.mark.parametrize(
    ("action", "method", "path", "outcome"),
    [
        ("opr_2/sblocca", "POST", f"{API}/opr_2/unlock", "sbloccato"),
        ("opr_1/togli", "DELETE", f"{API}/opr_1", "tolto"),
    ],
)
async def test_an_operator_is_unlocked_and_taken_off(
    clerk: Browser, services: ServicesDouble, action: str, method: str, path: str, outcome: str
) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(f"{PAGE}/{action}")

    assert response.headers["location"] == f"{PAGE}?esito={outcome}"
    assert len(services.sent(method, path)) == 1


async def test_only_who_is_locked_can_be_unlocked(clerk: Browser) -> None:
    page = (await clerk.see(PAGE)).text

    assert f'action="{PAGE}/opr_2/sblocca"' in page
    assert f'action="{PAGE}/opr_1/sblocca"' not in page
    assert "Non ha più il ruolo di personale della mensa" in page


async def test_a_sheet_says_who_of_the_canteen_made_a_mark(clerk: Browser) -> None:
    page = (await clerk.see("/ufficio/presenze?classe=primaria-1a&giorno=2025-10-06")).text

    assert page.count("personale addetto (Teresa C.)") == 1
