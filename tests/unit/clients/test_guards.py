"""No route without a decision about who may use it; no change without a form of ours."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from refettorio_chassis.auth import open_to_all
from tests.support.browserless import Browser
from tests.support.services_double import ServicesDouble

SAFE = {"GET", "HEAD", "OPTIONS"}


def calls_of(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from calls_of(each)


def routes(app: FastAPI) -> list[RouteContext]:
    """Every route of the application, those of included routers too; OpenAPI's own is no route of ours."""
    found = list(iter_route_contexts(app.routes))
    return [route for route in found if isinstance(route.original_route, APIRoute)]


def test_every_route_names_its_roles_or_says_it_is_public(app: FastAPI) -> None:
    assert len(routes(app)) > 40
    for route in routes(app):
        calls = list(calls_of(route.dependant))
        is_decided = open_to_all in calls or any(hasattr(call, "required_roles") for call in calls)
        assert is_decided, route.path


def test_every_route_that_changes_something_checks_its_form(app: FastAPI) -> None:
    unsafe = [route for route in routes(app) if (route.methods or set()) - SAFE]

    assert len(unsafe) > 10
    for route in unsafe:
        assert any(hasattr(call, "checks_form_token") for call in calls_of(route.dependant)), route.path


async def test_a_form_without_its_token_is_refused(browser: Browser, services: ServicesDouble) -> None:
    await browser.see("/portale/pagamenti/meals/ricarica")
    browser.hidden.clear()

    response = await browser.post("/portale/pagamenti/meals/ricarica", amount="10", action="notice")

    assert response.status_code == 403
    assert "ricaricala e invia di nuovo" in response.text
    assert services.sent("POST", "/api/ledger/v1/notices") == []


async def test_a_form_made_for_another_session_is_refused(browser: Browser, services: ServicesDouble) -> None:
    await browser.see("/portale/pagamenti/meals/ricarica")
    browser.session = "another-session"

    response = await browser.post("/portale/pagamenti/meals/ricarica", amount="10", action="notice")

    assert response.status_code == 403
    assert services.sent("POST", "/api/ledger/v1/notices") == []


async def test_a_form_without_the_cookie_of_its_browser_is_refused(browser: Browser) -> None:
    await browser.see("/portale/pagamenti/meals/ricarica")
    browser.http.cookies.clear()

    response = await browser.post("/portale/pagamenti/meals/ricarica", amount="10", action="notice")

    assert response.status_code == 403


async def test_a_form_of_ours_is_accepted_and_answered_by_another_page(browser: Browser) -> None:
    await browser.see("/portale/pagamenti/meals/ricarica")

    response = await browser.post("/portale/pagamenti/meals/ricarica", amount="10", action="notice")

    assert response.status_code == 303


async def test_the_cookie_of_forms_is_bound_to_this_host(browser: Browser) -> None:
    response = await browser.see("/portale/")

    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("__host-refettorio-form=")
    for attribute in ("httponly", "path=/", "samesite=lax", "secure"):
        assert attribute in cookie


@pytest.mark.parametrize("notice", ["..", "%2e%2e", "x%3Fy=1", "1%2F2"])
async def test_an_address_cannot_be_bent_to_another_call(
    browser: Browser, services: ServicesDouble, notice: str
) -> None:
    response = await browser.see(f"/portale/pagamenti/avvisi/{notice}")

    assert response.status_code in {404, 200}
    assert all("/notices/" not in call.path for call in services.asked)
