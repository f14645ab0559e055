"""ISEE at the office's desk: looked at before it is registered, once, and never in an address."""

import re

import pytest

from tests.support.browserless import Browser, fields_of
from tests.support.prices_double import LEDGER, PREVIEW, effect_json
from tests.support.services_double import GUARDIAN, ServicesDouble

PAGE = f"/ufficio/conti/{GUARDIAN}/isee"
ADDRESS = f"{LEDGER}/accounts/{GUARDIAN}/declarations"
TYPED = {
    "isee": "8.500,50",
    "minors": "2",
    "valid_from": "2025-09-01",
    "valid_to": "2025-12-31",
    "filed_on": "2025-10-06",
    "reference": "Prot. 99/2025",
    "declaration_id": "dec-2",
}
BODY = {
    "isee_cents": 850_050,
    "minors": 2,
    "valid_from": "2025-09-01",
    "valid_to": "2025-12-31",
    "filed_on": "2025-10-06",
    "exemption": None,
    "exempt_pupil_id": None,
    "reference": "Prot. 99/2025",
}


async def test_a_family_is_chosen_by_its_children(clerk: Browser) -> None:
    assert "Rossi Luca" in (await clerk.see("/ufficio/isee")).text

    response = await clerk.see(f"/ufficio/isee?conto={GUARDIAN}")

    assert response.headers["location"] == PAGE


async def test_what_was_declared_is_listed_with_the_one_that_counts(clerk: Browser) -> None:
    page = (await clerk.see(PAGE)).text

    assert "8.500,00\xa0€" in page
    assert "non presentato" in page
    assert "Disabilità, Luca Rossi" in page
    assert page.count("Vale oggi") == 1


async def test_the_effect_is_seen_before_anything_is_registered(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(PAGE, **TYPED, action="look")

    assert services.sent("POST", f"{ADDRESS}/preview")[0].body == BODY
    assert "12<small>su 40 pasti e 2 canoni" in response.text
    assert "La famiglia riavrebbe</dt><dd>42,00\xa0€" in response.text
    assert services.sent("PUT", f"{ADDRESS}/dec-2") == []


async def test_a_declaration_is_registered_once_it_is_meant(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)
    looked = (await clerk.post(PAGE, **TYPED, action="look")).text

    unmeant = await clerk.send(PAGE, looked, {}, action="register")
    assert unmeant.status_code == 422
    assert 'href="#confirmed"' in unmeant.text
    assert services.sent("PUT", f"{ADDRESS}/dec-2") == []

    response = await clerk.send(PAGE, looked, {"confirmed": "yes"}, action="register")
    assert response.headers["location"] == f"{PAGE}?esito=registrata"
    assert services.sent("PUT", f"{ADDRESS}/dec-2")[0].body == BODY


async def test_what_was_looked_at_can_be_corrected(clerk: Browser) -> None:
    await clerk.see(PAGE)
    looked = (await clerk.post(PAGE, **TYPED, action="look")).text

    fields = fields_of((await clerk.send(PAGE, looked, {}, action="edit")).text)

    assert {name: fields[name][0] for name in TYPED} == TYPED


async def test_no_isee_and_an_exemption_for_one_child_are_declared_too(
    clerk: Browser, services: ServicesDouble
) -> None:
    await clerk.see(PAGE)
    exempt = {"isee": "", "exemption": "disability", "exempt_pupil_id": "pup_a1"}

    page = (await clerk.post(PAGE, **(TYPED | exempt), action="look")).text

    body = services.sent("POST", f"{ADDRESS}/preview")[0].body
    assert (body["isee_cents"], body["exemption"], body["exempt_pupil_id"]) == (None, "disability", "pup_a1")
    assert "non presentato: si paga il prezzo senza ISEE" in page
    assert "Disabilità, Luca Rossi" in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("isee", "tanto"),
        ("isee", "-1"),
        ("minors", ""),
        ("minors", "31"),
        ("valid_from", "2025-02-30"),
        ("valid_to", ""),
        ("filed_on", "ieri"),
    ],
)
async def test_what_cannot_be_read_is_explained_beside_its_field(
    clerk: Browser, services: ServicesDouble, name: str, value: str
) -> None:
    await clerk.see(PAGE)

    response = await clerk.post(PAGE, **(TYPED | {name: value}), action="look")

    assert response.status_code == 422
    assert f'id="{name}-wrong"' in response.text
    assert services.sent("POST", f"{ADDRESS}/preview") == []


async def test_what_the_ledger_refuses_is_explained_beside_its_field(clerk: Browser, services: ServicesDouble) -> None:
    detail = "La dichiarazione scade prima di decorrere."
    errors = [{"field": "valid_to", "message": detail}]
    services.refuse("POST", f"{ADDRESS}/preview", "declaration-not-valid", detail, errors=errors)
    await clerk.see(PAGE)

    response = await clerk.post(PAGE, **TYPED, action="look")

    assert response.status_code == 422
    assert 'id="valid_to-wrong"' in response.text
    assert detail in response.text


async def test_a_declaration_without_effect_says_so(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("POST", f"{ADDRESS}/preview", effect_json(differences=0, unpriced=3))
    await clerk.see(PAGE)

    page = (await clerk.post(PAGE, **TYPED, action="look")).text

    assert "nessun addebito cambierebbe (40 pasti e 2 canoni)" in page
    assert "3 addebiti non hanno una tariffa" in page


async def test_the_family_alone_is_rated_again_from_the_days_of_a_declaration(
    clerk: Browser, services: ServicesDouble
) -> None:
    page = (await clerk.see(PAGE)).text
    assert f'name="account_id" value="{GUARDIAN}"' in page

    response = await clerk.post(
        "/ufficio/ricalcolo", account_id=GUARDIAN, first="2025-09-01", last="2025-12-31", code=""
    )

    asked = services.sent("POST", f"{LEDGER}/reratings/preview")[0].body
    assert asked == {"from": "2025-09-01", "to": "2025-12-31", "account_id": GUARDIAN}
    assert response.headers["location"] == f"/ufficio/ricalcolo/{PREVIEW}"


async def test_an_isee_is_in_no_address(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)
    looked = (await clerk.post(PAGE, **TYPED, action="look")).text
    response = await clerk.send(PAGE, looked, {"confirmed": "yes"}, action="register")

    addresses = [response.headers["location"], *re.findall(r'(?:href|action)="([^"]+)"', looked)]
    addresses += [f"{call.path}?{call.query}" for call in services.asked]
    assert not [each for each in addresses if "8500" in each or "850050" in each or "8.500" in each]
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("roles", [("guardian",), ("auditor",), ("canteen",)])
async def test_nobody_else_sees_an_isee(browser: Browser, services: ServicesDouble, roles: tuple[str, ...]) -> None:
    browser.roles = roles

    for path in (PAGE, "/ufficio/isee"):
        assert (await browser.see(path)).status_code == 403
    assert services.sent("GET", ADDRESS) == []
