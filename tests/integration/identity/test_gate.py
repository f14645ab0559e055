"""What the gateway is told: whom to let through, with which token, and whom to stop."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from refettorio_chassis.clock import write_offset
from refettorio_chassis.testing import eventually
from tests.integration.identity.browser import Browser, Site

ME = "/api/identity/v1/me"


async def claims_of(answer: httpx.Response, site: Site) -> dict[str, Any]:
    """The claims of the token in `answer`, checked with the published keys."""
    async with httpx.AsyncClient() as client:
        keys = KeySet.import_key_set((await client.get(f"{site.url}/.well-known/jwks.json")).json())
    token = answer.headers["authorization"].removeprefix("Bearer ")
    decoded = jwt.decode(token, keys, algorithms=["ES256"])
    assert decoded.header["kid"]
    return decoded.claims


async def test_a_token_is_for_the_asked_service_alone_and_for_a_minute(browser: Browser, site: Site) -> None:
    await browser.sign_in("giulia.ferrari")
    claims = await claims_of(await browser.ask_gate("GET", "/api/ledger/v1/account?from=x"), site)
    assert (claims["iss"], claims["aud"], claims["roles"]) == ("refettorio-identity", ["ledger"], ["guardian"])
    assert claims["sub"].startswith("gua_")
    assert claims["exp"] - claims["iat"] == 60


async def test_a_token_for_a_page_serves_the_services_the_page_calls(browser: Browser, site: Site) -> None:
    await browser.sign_in("giulia.ferrari")
    claims = await claims_of(await browser.ask_gate("GET", "/portale/pagamenti/meals"), site)
    assert claims["aud"] == ["clients", "identity", "enrollment", "attendance", "ledger", "notify"]


async def test_nobody_gets_into_the_api_without_signing_in(browser: Browser) -> None:
    answer = await browser.ask_gate("GET", ME)
    assert (answer.status_code, answer.json()["slug"]) == (401, "accesso-richiesto")
    assert "authorization" not in answer.headers


async def test_a_page_without_a_session_leads_to_the_sign_in_and_back(browser: Browser) -> None:
    answer = await browser.ask_gate("GET", "/portale/pagamenti/meals?anno=2025&x=1")
    assert answer.status_code == 302
    assert answer.headers["location"] == "/accedi?next=%2Fportale%2Fpagamenti%2Fmeals%3Fanno%3D2025%26x%3D1"


async def test_the_office_is_shut_to_guardians(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari")
    answer = await browser.ask_gate("GET", "/ufficio/domande")
    assert answer.status_code == 403
    assert "riservata" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/internal/authorize/x",
        "/api/altro/v1/x",
        "/api/ledger/../identity/v1/staff",
        "/api/ledger/%2e%2e/identity/v1/staff",
        "/api/ledger/..%2fidentity/v1/staff",
        "/api//ledger/v1/account",
        "/metrics",
    ],
)
async def test_what_is_no_destination_is_stopped(browser: Browser, path: str) -> None:
    await browser.sign_in("giulia.ferrari")
    reader, writer = await _raw(browser)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    # Written by hand: a client library would tidy the path up.
    writer.write(f"GET /internal/authorize{path} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\n\r\n".encode())
    status = await reader.readline()
    writer.close()
    assert b" 404 " in status


async def _raw(browser: Browser) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = browser.site.url.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


@pytest.mark.parametrize("cookie", ["", "r", "r" + "0" * 64, "../../etc/passwd", "r" + "g" * 64])
async def test_a_made_up_cookie_opens_nothing(browser: Browser, cookie: str) -> None:
    browser.cookies = {"__Host-refettorio-session": cookie, "__Host-refettorio-tablet": cookie}
    assert (await browser.ask_gate("GET", ME)).status_code == 401


ORIGINS: list[tuple[dict[str, str], int]] = [
    ({"sec_fetch_site": "same-origin"}, 200),
    ({"sec_fetch_site": "none"}, 200),
    ({"sec_fetch_site": "same-site"}, 403),
    ({"sec_fetch_site": "cross-site"}, 403),
    ({"origin": "https://altrove.example"}, 403),
    ({"origin": "null"}, 403),
    ({"sec_fetch_site": "cross-site", "origin": "SITE"}, 403),
    ({"origin": "SITE"}, 200),
    ({}, 403),
]


@pytest.mark.parametrize(("headers", "status"), ORIGINS)
async def test_a_change_must_come_from_our_own_pages(browser: Browser, headers: dict[str, str], status: int) -> None:
    await browser.sign_in("giulia.ferrari")
    sent = {name: browser.site.url if value == "SITE" else value for name, value in headers.items()}
    assert (await browser.ask_gate("POST", "/api/ledger/v1/notices", **sent)).status_code == status
    assert (await browser.ask_gate("GET", "/api/ledger/v1/notices", **sent)).status_code == 200


async def test_the_description_of_an_api_is_public(browser: Browser) -> None:
    answer = await browser.ask_gate("GET", "/api/ledger/v1/openapi.json")
    assert answer.status_code == 200
    assert "authorization" not in answer.headers
    assert (await browser.ask_gate("POST", "/api/ledger/v1/openapi.json")).status_code == 401


async def test_a_session_left_alone_for_20_minutes_is_over(browser: Browser, site: Site) -> None:
    await browser.sign_in("giulia.ferrari")

    async def is_over() -> bool:
        return (await browser.ask_gate("GET", ME)).status_code == 401

    async def is_alive() -> bool:
        return not await is_over()

    assert await is_alive()
    try:
        write_offset(site.clock_file, timedelta(minutes=20, seconds=1))
        await eventually(is_over, what="end of the session")
    finally:
        site.clock_file.unlink()
        await eventually(is_alive, what="return of the clock")  # before the next test asks a provider for anything
