"""Deleghe: given, received, revoked; acting for another, with the way back on every page, and no further than given."""

import pytest

from tests.support.browserless import Browser
from tests.support.services_double import GUARDIAN, ServicesDouble

PAGE = "/portale/deleghe"
API = "/api/identity/v1/me/delegations"
ACTING = "/api/identity/v1/me/acting"
TYPED = {"fiscal_code": "bnctrs50d41f205g", "last_day": "2026-08-31"}
BACK = "Torna ad agire per te"


def acts(browser: Browser, capacity: str, scope: str) -> None:
    browser.acting = {"act": {"sub": "gua_7", "role": capacity}, "scope": scope}


@pytest.fixture
def delegate(browser: Browser, services: ServicesDouble) -> Browser:
    """Teresa, who acts for Anna: she may see and pay."""
    told = {"capacity": "delegate", "name": "Teresa Bianchi", "last_day": "2026-06-30", "until": None}
    services.change("GET", "/api/identity/v1/me", acting=told, roles=["guardian"])
    acts(browser, "delegate", "see pay")
    return browser


async def test_who_may_act_for_whom_until_when_and_for_what(browser: Browser) -> None:
    page = (await browser.see(PAGE)).text
    words = ("BNCTRS50D41F205G", "attiva, fino al 30/06/2026", "revocata", "Elena Colombo", "Ricaricare il conto")
    for each in words:
        assert each in page
    assert page.count("Conferma la revoca") == 1  # what is over cannot be revoked
    assert "Al massimo il 31/08/2027" in page


async def test_without_any_delegation_the_page_says_so(browser: Browser, services: ServicesDouble) -> None:
    services.change("GET", API, given=[], received=[])
    page = (await browser.see(PAGE)).text
    assert "Nessuno ti ha delegato" in page
    assert "Non hai delegato nessuno" in page


async def test_a_delegation_is_given_with_what_was_ticked(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PAGE)
    response = await browser.post(PAGE, **TYPED, scopes=["pay", "messages"])
    assert response.headers["location"] == f"{PAGE}?esito=data"
    [sent] = services.sent("POST", API)
    assert sent.body == {
        "fiscal_code": "BNCTRS50D41F205G",
        "scopes": ["see", "pay", "messages"],
        "last_day": "2026-08-31",
    }


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    browser: Browser, services: ServicesDouble
) -> None:
    await browser.see(PAGE)
    response = await browser.post(PAGE, fiscal_code="", last_day="")
    assert (response.status_code, services.sent("POST", API)) == (422, [])
    services.refuse("POST", API, "delegate-not-adult", "Puoi delegare soltanto una persona maggiorenne.")
    page = (await browser.post(PAGE, **TYPED, scopes=["pay"])).text
    assert 'id="fiscal_code-wrong"' in page
    assert 'value="BNCTRS50D41F205G"' in page.upper() or "bnctrs50d41f205g" in page


@pytest.mark.parametrize("delegation", ["del_1", "del_2"])
async def test_one_that_was_given_or_received_is_ended(
    browser: Browser, services: ServicesDouble, delegation: str
) -> None:
    await browser.see(PAGE)
    response = await browser.post(f"{PAGE}/{delegation}/revoca")
    assert response.headers["location"] == f"{PAGE}?esito=revocata"
    assert len(services.sent("DELETE", f"{API}/{delegation}")) == 1


async def test_one_that_is_gone_already_is_said_kindly(browser: Browser, services: ServicesDouble) -> None:
    for method, path in (("DELETE", f"{API}/del_2"), ("PUT", ACTING)):
        services.refuse(method, path, "delegation-unknown", "Non c'è più.", 404)
    await browser.see(PAGE)
    for act in ("revoca", "agisci"):
        response = await browser.post(f"{PAGE}/del_2/{act}")
        assert response.headers["location"] == f"{PAGE}?esito=finita"


async def test_a_person_chooses_for_whom_they_act(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(PAGE)
    response = await browser.post(f"{PAGE}/del_2/agisci")
    assert response.headers["location"] == "/portale/"
    [sent] = services.sent("PUT", ACTING)
    assert sent.body == {"delegation_id": "del_2"}


@pytest.mark.parametrize(
    "path", ["/portale/", "/portale/pagamenti/meals", "/portale/figli", "/portale/pagamenti/avvisi"]
)
async def test_every_page_says_for_whom_one_acts_and_has_the_way_back(delegate: Browser, path: str) -> None:
    page = (await delegate.see(path)).text
    assert "Agisci per <strong>Anna Bianchi</strong>, con una delega valida fino al 30/06/2026" in page
    assert BACK in page
    assert "<span>Teresa Bianchi</span>" in page
    assert "/portale/profilo" not in page


async def test_a_delegate_is_shown_no_link_that_is_not_for_them(delegate: Browser) -> None:
    for path in ("/portale/", "/portale/pagamenti", "/portale/pagamenti/meals", "/portale/pagamenti/rate"):
        page = (await delegate.see(path)).text
        for closed in ("/portale/moduli", "/portale/comunicazioni", "attestazioni", "/portale/pagamenti/rimborso"):
            assert f'href="{closed}' not in page, (path, closed)
    assert "Nuovo pagamento a rate" not in (await delegate.see("/portale/pagamenti/rate")).text
    acts(delegate, "delegate", "see")
    assert "/ricarica" not in (await delegate.see("/portale/pagamenti/meals")).text


@pytest.mark.parametrize("path", ["/portale/moduli", "/portale/pagamenti/rimborso", "/portale/profilo", PAGE])
async def test_what_is_not_for_a_delegate_is_refused_in_words(delegate: Browser, path: str) -> None:
    response = await delegate.see(path)
    assert response.status_code == 403
    assert "mentre agisci per conto di un&#39;altra persona" in response.text


async def test_a_delegate_issues_a_notice(delegate: Browser, services: ServicesDouble) -> None:
    await delegate.see("/portale/pagamenti/meals/ricarica")
    response = await delegate.post("/portale/pagamenti/meals/ricarica", amount="20", action="notice")
    assert response.status_code == 303
    assert len(services.sent("POST", "/api/ledger/v1/notices")) == 1


async def test_a_page_opened_for_one_person_changes_nothing_of_another(
    delegate: Browser, services: ServicesDouble
) -> None:
    await delegate.see("/portale/pagamenti/meals/ricarica")
    delegate.subject = "gua_7"
    delegate.acting = {"act_over": True}
    response = await delegate.post("/portale/pagamenti/meals/ricarica", amount="20", action="notice")
    assert (response.status_code, services.sent("POST", "/api/ledger/v1/notices")) == (403, [])


async def test_who_does_not_act_any_more_is_told(browser: Browser) -> None:
    browser.acting = {"act_over": True}
    page = (await browser.see("/portale/")).text
    assert "Non agisci più per un'altra persona" in page
    assert "/portale/agisci/fine" in page
    browser.acting = {}
    assert "/portale/agisci/fine" not in (await browser.see("/portale/")).text


@pytest.mark.parametrize(("capacity", "back"), [("delegate", f"{PAGE}?esito=torna"), ("clerk", "/ufficio/")])
async def test_the_way_back_leads_to_where_one_came_from(
    browser: Browser, services: ServicesDouble, capacity: str, back: str
) -> None:
    acts(browser, capacity, "see pay")
    await browser.see("/portale/")
    response = await browser.post("/portale/agisci/fine")
    assert response.headers["location"] == back
    assert len(services.sent("DELETE", ACTING)) == 1


async def test_a_clerk_acts_for_a_family_at_the_counter_and_says_why(clerk: Browser, services: ServicesDouble) -> None:
    address = f"/ufficio/persone/{GUARDIAN}"
    assert "Allo sportello" in (await clerk.see(address)).text
    assert (await clerk.post(f"{address}/agisci", acting_reason="x")).status_code == 422
    response = await clerk.post(f"{address}/agisci", acting_reason="Non ha un computer")
    assert response.headers["location"] == "/portale/"
    [sent] = services.sent("POST", f"/api/identity/v1/people/{GUARDIAN}/acting")
    assert sent.body == {"reason": "Non ha un computer"}


async def test_an_administrator_who_is_no_clerk_does_not_act_for_families(browser: Browser) -> None:
    browser.roles = ("administrator",)
    address = f"/ufficio/persone/{GUARDIAN}"
    assert "Allo sportello" not in (await browser.see(address)).text
    assert (await browser.post(f"{address}/agisci", acting_reason="Non ha un computer")).status_code == 403


async def test_a_clerk_at_the_counter_fills_in_forms_in_the_family_s_place(
    browser: Browser, services: ServicesDouble
) -> None:
    until = {"capacity": "clerk", "name": "Marta Conti", "last_day": None, "until": "2025-10-06T10:30:00Z"}
    services.change("GET", "/api/identity/v1/me", acting=until)
    acts(browser, "clerk", "see pay messages counter")
    page = (await browser.see("/portale/moduli")).text
    assert "allo sportello, fino al" in page
    assert "06/10/2025 alle 12:30" in page
