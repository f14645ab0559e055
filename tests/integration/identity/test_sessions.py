"""One's own sessions through the gate: listed, closed, closed everywhere, and guessing them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from identity.inbound.guessing import MOST_UNKNOWN
from tests.integration.identity.browser import SESSION, Browser, Site

SESSIONS = "/api/identity/v1/me/sessions"
ME = "/api/identity/v1/me"


@pytest.fixture
async def other(site: Site) -> AsyncIterator[Browser]:
    """Another browser."""
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        client.headers["user-agent"] = (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"
        )
        yield Browser(site, client)


async def test_a_person_sees_their_devices_and_closes_one_from_another(browser: Browser, other: Browser) -> None:
    await browser.sign_in("giulia.ferrari")
    await other.sign_in("giulia.ferrari", scheme="cie")
    items = (await browser.through_gate("GET", SESSIONS)).json()["items"]
    newest = items[0]
    assert (newest["scheme"], newest["device"], newest["is_this_one"]) == ("cie", "Safari su iPhone", False)
    assert [item["is_this_one"] for item in items].count(True) == 1
    closed = await browser.through_gate("DELETE", f"{SESSIONS}/{newest['reference']}")
    assert closed.status_code == 200, closed.text
    assert (await other.ask_gate("GET", ME)).status_code == 401
    assert (await browser.ask_gate("GET", ME)).status_code == 200
    again = await browser.through_gate("DELETE", f"{SESSIONS}/{newest['reference']}")
    assert (again.status_code, again.json()["slug"]) == (404, "session-unknown")


async def test_nobody_closes_or_sees_another_person_s_session(browser: Browser, other: Browser) -> None:
    await browser.sign_in("giulia.ferrari")
    await other.sign_in("elena.colombo")
    theirs = (await other.through_gate("GET", SESSIONS)).json()["items"]
    refused = await browser.through_gate("DELETE", f"{SESSIONS}/{theirs[0]['reference']}")
    assert refused.status_code == 404
    own = {item["reference"] for item in (await browser.through_gate("GET", SESSIONS)).json()["items"]}
    assert own.isdisjoint({item["reference"] for item in theirs})
    assert (await other.ask_gate("GET", ME)).status_code == 200


async def test_out_of_every_device(browser: Browser, other: Browser) -> None:
    await browser.sign_in("giulia.ferrari")
    await other.sign_in("giulia.ferrari")
    closed = (await browser.through_gate("DELETE", SESSIONS)).json()["closed"]
    assert closed >= 2
    for each in (browser, other):
        assert (await each.ask_gate("GET", ME)).status_code == 401


async def test_who_tries_many_cookies_has_to_wait_and_nobody_else(browser: Browser, other: Browser) -> None:
    await other.sign_in("giulia.ferrari")
    for _ in range(MOST_UNKNOWN):
        browser.cookies[SESSION] = f"r{secrets.token_hex(32)}"
        answer = await browser.ask_gate("GET", ME, x_forwarded_for="198.51.100.9")
        assert answer.status_code == 401
    answer = await browser.ask_gate("GET", ME, x_forwarded_for="198.51.100.9")
    assert (answer.status_code, answer.json()["slug"]) == (429, "troppi-tentativi")
    assert answer.headers["retry-after"]
    assert (await other.ask_gate("GET", ME, x_forwarded_for="198.51.100.10")).status_code == 200
