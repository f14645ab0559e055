"""An auditor searches the register of messages and reads one exchange; nobody else finds the page."""

import pytest

from tests.support.browserless import Browser
from tests.support.register_double import REGISTER
from tests.support.services_double import ServicesDouble

PAGE = "/ufficio/registro"
WHY = "Richiesta del giudice"


@pytest.fixture
def auditor(browser: Browser) -> Browser:
    browser.roles = ("guardian", "auditor")
    return browser


@pytest.mark.parametrize("roles", [("office",), ("administrator", "office"), ("guardian",)])
async def test_nobody_else_finds_the_page_nor_its_link(browser: Browser, roles: tuple[str, ...]) -> None:
    browser.roles = roles
    assert (await browser.see(PAGE)).status_code == 403
    assert PAGE not in (await browser.see("/portale/" if "guardian" in roles else "/ufficio/")).text


async def test_an_auditor_is_led_to_the_register_and_to_nothing_of_the_clerks(auditor: Browser) -> None:
    assert PAGE in (await auditor.see("/portale/profilo")).text
    page = (await auditor.see(PAGE)).text
    assert "Scrivi il motivo e cerca" in page
    assert "/ufficio/persone" not in page


async def test_a_search_says_why_and_what_for(auditor: Browser, services: ServicesDouble) -> None:
    await auditor.see(PAGE)
    code, provider = "BNCNNA80A41D142F", "http://127.0.0.1:8091/spid"
    days = {"since": "2025-10-01", "until": "2025-10-06"}
    found = await auditor.post(PAGE, reason=WHY, fiscal_code=code, provider=provider, kind="sign-in", **days)
    assert services.sent("POST", f"{REGISTER}/search")[0].body == {
        "reason": WHY,
        "fiscal_code": code,
        "provider": provider,
        "kind": "sign-in",
        "since": "2025-10-01T00:00:00+02:00",
        "until": "2025-10-07T00:00:00+02:00",
        "limit": 50,
    }
    for shown in ("06/10/2025 alle 8:10", "Gestore SPID di prova", "accesso riuscito", "senza risposta", "audience"):
        assert shown in found.text
    assert "https://idp.gone.example" in found.text
    assert found.headers["cache-control"] == "no-store"


async def test_the_next_page_asks_the_same_after_the_last_one_shown(auditor: Browser, services: ServicesDouble) -> None:
    await auditor.see(PAGE)
    first = await auditor.post(PAGE, reason=WHY, fiscal_code="BNCNNA80A41D142F")
    services.answer("POST", f"{REGISTER}/search", {"items": [], "are_more": False})
    last = await auditor.post(PAGE)
    assert "Pagina successiva" in first.text
    assert services.sent("POST", f"{REGISTER}/search")[1].body == {
        "reason": WHY,
        "fiscal_code": "BNCNNA80A41D142F",
        "after": "exc_0",
        "limit": 50,
    }
    assert ("Non ci sono altre richieste." in last.text, "Pagina successiva" in last.text) == (True, False)


async def test_one_exchange_is_read_with_its_messages(auditor: Browser, services: ServicesDouble) -> None:
    await auditor.see(PAGE)
    read = await auditor.post(f"{PAGE}/exc_2", reason=WHY)
    assert services.sent("POST", f"{REGISTER}/exc_2/readings")[0].body == {"reason": WHY}
    assert "&lt;saml2p:Response ID=&#34;_response-2&#34;" in read.text
    assert "Il contenuto non si può mostrare come testo." in read.text
    assert "PHNhbWwycDpSZXNwb25zZS8+" in read.text


async def test_without_a_reason_or_with_a_wrong_day_nothing_is_asked(
    auditor: Browser, services: ServicesDouble
) -> None:
    await auditor.see(PAGE)
    answer = await auditor.post(PAGE, reason="", since="ieri", until="")
    assert (answer.status_code, 'href="#reason"' in answer.text, 'href="#since"' in answer.text) == (422, True, True)
    assert (await auditor.post(f"{PAGE}/exc_2", reason="")).status_code == 422
    assert services.sent("POST", f"{REGISTER}/search") == services.sent("POST", f"{REGISTER}/exc_2/readings") == []


async def test_what_identity_refuses_is_said_beside_the_form(auditor: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{REGISTER}/search", "fiscal-code-invalid", "Il codice fiscale non è valido.")
    services.refuse("POST", f"{REGISTER}/exc_2/readings", "exchange-unknown", "Nel registro non c'è.", 404)
    await auditor.see(PAGE)
    wrong = await auditor.post(PAGE, reason=WHY, fiscal_code="X")
    assert (wrong.status_code, "Il codice fiscale non è valido." in wrong.text) == (422, True)
    gone = await auditor.post(f"{PAGE}/exc_2", reason=WHY)
    assert (gone.status_code, "Nel registro non c&#39;è." in gone.text) == (422, True)
