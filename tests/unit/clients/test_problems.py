"""When something goes wrong people read a page in their language, and programs' words stay away."""

import httpx2 as httpx
import pytest
from structlog.testing import capture_logs

from tests.support.browserless import Browser
from tests.support.services_double import ServicesDouble


async def test_an_address_that_is_none_is_a_page_too(browser: Browser) -> None:
    response = await browser.see("/portale/qualcosa")

    assert response.status_code == 404
    assert "Pagina non trovata" in response.text
    assert "Torna alla pagina iniziale" in response.text


async def test_a_service_that_is_away_is_told_with_a_code_for_assistance(
    browser: Browser, services: ServicesDouble
) -> None:
    detail = "Il servizio non risponde in questo momento: riprova tra poco."
    services.refuse("GET", "/api/ledger/v1/account", "riprova-piu-tardi", detail, status=503)

    response = await browser.see("/portale/pagamenti/meals")

    assert response.status_code == 503
    assert detail in response.text
    assert '<span class="mono">0197-abcd</span>' in response.text


async def test_a_session_that_ended_meanwhile_leads_to_the_sign_in(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("GET", "/api/ledger/v1/account", "accesso-richiesto", "", status=401)

    response = await browser.see("/portale/pagamenti/meals")

    assert response.headers["location"] == "/accedi?next=/portale/pagamenti/meals"


async def test_an_answer_that_is_no_problem_is_still_a_page(browser: Browser, services: ServicesDouble) -> None:
    services.answers["GET", "/api/ledger/v1/account"] = (502, b"Bad gateway")

    response = await browser.see("/portale/pagamenti/meals")

    assert response.status_code == 502
    assert "Qualcosa non ha funzionato" in response.text


async def test_a_bug_is_a_page_without_its_details(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/ledger/v1/account", {"unexpected": True})

    with capture_logs() as logs:
        response = await browser.see("/portale/pagamenti/meals")

    assert [line["event"] for line in logs] == ["unexpected"]
    assert response.status_code == 500
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "Nessun dato è andato perso" in response.text
    assert "unexpected" not in response.text


async def test_a_service_that_cannot_be_reached_is_not_now(
    browser: Browser, services: ServicesDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(request: httpx.Request) -> httpx.Response:
        message = "no route"
        raise httpx.ConnectError(message, request=request)

    monkeypatch.setattr(services, "handle_async_request", refuse)

    response = await browser.see("/portale/pagamenti/avvisi")

    assert response.status_code == 503
    assert "Il servizio non risponde in questo momento." in response.text
