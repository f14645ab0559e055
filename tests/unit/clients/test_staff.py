"""Administrators give roles, take them back, and confirm what another one proposed."""

import pytest

from tests.support.browserless import Browser
from tests.support.services_double import ServicesDouble

PAGE = "/ufficio/personale"
STAFF = "/api/identity/v1/staff"
CODE = "CNTTRS80A41D142X"


@pytest.fixture
def administrator(browser: Browser) -> Browser:
    browser.roles = ("administrator",)
    return browser


async def test_the_page_shows_roles_their_last_day_and_what_waits(administrator: Browser) -> None:
    page = (await administrator.see(PAGE)).text

    assert "Personale della mensa, Ufficio" in page
    assert "30/09/2025 (scaduto)" in page
    assert page.count("solo in: Primaria Don Milani") == 4
    assert page.count('<td data-label="Linee">Linea verde</td>') == 4
    assert page.count("deve confermarla un altro amministratore") == 1
    assert page.count("/conferma") == 1


async def test_only_administrators_find_the_page(clerk: Browser) -> None:
    assert PAGE not in (await clerk.see("/ufficio/")).text
    assert (await clerk.see(PAGE)).status_code == 403


async def test_roles_are_given_to_a_last_day(administrator: Browser, services: ServicesDouble) -> None:
    assert PAGE in (await administrator.see(PAGE)).text

    roles = ["office", "canteen", "driver"]
    limits: dict[str, str | list[str]] = {"classes": ["*"], "schools": "primaria", "lines": "verde"}
    response = await administrator.post(PAGE, fiscal_code=CODE, roles=roles, last_day="2026-06-30", **limits)

    assert response.headers["location"] == f"{PAGE}?esito=ruoli"
    assert services.sent("POST", STAFF)[0].body == {
        "fiscal_code": CODE,
        "roles": ["office", "canteen", "driver"],
        "classes": ["*"],
        "schools": ["primaria"],
        "lines": ["verde"],
        "last_day": "2026-06-30",
    }


async def test_a_proposal_is_told_as_one(administrator: Browser, services: ServicesDouble) -> None:
    services.change("POST", STAFF, lapses_at="2025-10-13T10:00:00Z")
    await administrator.see(PAGE)

    response = await administrator.post(PAGE, fiscal_code=CODE, roles="administrator")

    told = (await administrator.see(response.headers["location"])).text
    assert "vale quando un altro amministratore conferma" in told


async def test_a_form_that_lacks_something_keeps_what_was_typed(
    administrator: Browser, services: ServicesDouble
) -> None:
    await administrator.see(PAGE)

    nothing = await administrator.post(PAGE, fiscal_code="", last_day="domani")
    canteen = await administrator.post(PAGE, fiscal_code=CODE, roles="canteen")

    for field in ("fiscal_code", "roles", "last_day"):
        assert f'href="#{field}"' in nothing.text
    assert (canteen.status_code, 'href="#classes"' in canteen.text) == (422, True)
    assert 'value="canteen" checked' in canteen.text
    assert services.sent("POST", STAFF) == []


async def test_a_class_outside_the_chosen_schools_is_not_given_in_vain(
    administrator: Browser, services: ServicesDouble
) -> None:
    await administrator.see(PAGE)
    typed = {"fiscal_code": CODE, "roles": "canteen", "schools": "primaria"}

    outside = await administrator.post(PAGE, **typed, classes=["primaria-1a", "infanzia-gialli"])

    assert (outside.status_code, "scuole scelte: Gialli, Infanzia Rodari." in outside.text) == (422, True)
    assert 'value="primaria" checked' in outside.text
    assert services.sent("POST", STAFF) == []
    inside = await administrator.post(PAGE, **typed, classes=["primaria-1a"])
    assert inside.status_code == 303


async def test_what_the_service_refuses_stands_on_the_page(administrator: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", STAFF, "fiscal-code-invalid", "Il codice fiscale non è corretto.")
    await administrator.see(PAGE)

    response = await administrator.post(PAGE, fiscal_code="X", roles="office")

    assert response.status_code == 422
    assert "Il codice fiscale non è corretto." in response.text


async def test_roles_are_taken_back(administrator: Browser, services: ServicesDouble) -> None:
    await administrator.see(PAGE)

    response = await administrator.post(f"{PAGE}/togli", of=CODE)

    assert response.headers["location"] == f"{PAGE}?esito=tolti"
    sent = services.sent("POST", STAFF)[0].body
    assert sent == {"fiscal_code": CODE, "roles": [], "classes": [], "schools": [], "lines": []}


async def test_a_proposal_is_confirmed_or_dismissed(administrator: Browser, services: ServicesDouble) -> None:
    await administrator.see(PAGE)

    confirmed = await administrator.post(f"{PAGE}/proposte/stf_3/conferma")
    dismissed = await administrator.post(f"{PAGE}/proposte/stf_3/respingi")

    assert confirmed.headers["location"] == f"{PAGE}?esito=confermata"
    assert dismissed.headers["location"] == f"{PAGE}?esito=respinta"
    assert len(services.sent("POST", f"{STAFF}/proposals/stf_3/confirm")) == 1
    assert len(services.sent("DELETE", f"{STAFF}/proposals/stf_3")) == 1
