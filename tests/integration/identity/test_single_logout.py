"""Signing out here and at the provider, whoever begins, by redirect and by form. A provider's word is never needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pytest

from tests.integration.identity.browser import SESSION, Browser, Site
from tests.integration.identity.conftest import AT_LEVEL_1

JSON = {"accept": "application/json"}


@pytest.fixture
async def provider(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at the provider, in a browser of their own."""
    async with httpx.AsyncClient(base_url=site.idp_url, timeout=20, follow_redirects=False) as client:
        yield client


async def sessions_at(provider: httpx.AsyncClient) -> list[dict[str, str]]:
    items: list[dict[str, str]] = (await provider.get("/sessions.json")).json()["items"]
    return items


async def is_signed_in(browser: Browser) -> bool:
    return (await browser.ask_gate("GET", AT_LEVEL_1)).status_code == 200


async def left(browser: Browser) -> httpx.Response:
    """Press «Esci»."""
    kept = dict(browser.cookies)
    answer = await browser.post("/auth/logout")
    assert SESSION not in browser.cookies
    browser.cookies = kept
    assert not await is_signed_in(browser)  # over at once, whatever happens on the way
    return answer


def path_of(site: Site, location: str) -> str:
    assert location.startswith(f"{site.url}/auth/")
    return location.removeprefix(site.url)


async def test_who_signed_in_at_level_1_signs_out_at_the_provider_too(
    browser: Browser, provider: httpx.AsyncClient, site: Site
) -> None:
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    before = await sessions_at(provider)
    to_provider = await left(browser)
    assert to_provider.status_code == 302
    assert to_provider.headers["location"].startswith(f"{site.idp_url}/slo?SAMLRequest=")
    back = await provider.get(to_provider.headers["location"])
    assert back.status_code == 302
    home = await browser.get(path_of(site, back.headers["location"]))
    assert (home.status_code, home.headers["location"]) == (303, "/")
    assert await sessions_at(provider) == before[1:]


async def test_at_level_2_the_provider_keeps_no_session_and_is_told_nothing(
    browser: Browser, provider: httpx.AsyncClient
) -> None:
    before = await sessions_at(provider)
    await browser.sign_in("giulia.ferrari")
    assert await sessions_at(provider) == before
    answer = await left(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_provider_that_knows_the_session_no_longer_answers_partial_and_the_person_is_told(
    browser: Browser, provider: httpx.AsyncClient, site: Site
) -> None:
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    (session, *_) = await sessions_at(provider)
    await provider.post("/slo/start", data={"session": session["index"]}, headers=JSON)  # and the message gets lost
    back = await provider.get((await left(browser)).headers["location"])
    page = await browser.get(path_of(site, back.headers["location"]))
    assert page.status_code == 200
    assert "Sei uscito da questo sito" in page.text


async def test_cie_takes_the_request_and_says_by_itself_that_it_is_done(
    browser: Browser, provider: httpx.AsyncClient, site: Site
) -> None:
    await browser.sign_in("giulia.ferrari", scheme="cie")
    before = await sessions_at(provider)
    location = (await left(browser)).headers["location"]
    assert location.startswith(f"{site.idp_url}/cie/slo?SAMLRequest=")
    page = await provider.get(location)
    assert "Logout effettuato con successo" in page.text
    assert await sessions_at(provider) == before[1:]


async def told_by_provider(provider: httpx.AsyncClient, binding: str) -> dict[str, Any]:
    """The person signs out at the provider: what its browser must bring to us."""
    (session, *_) = await sessions_at(provider)
    answer = await provider.post("/slo/start", data={"session": session["index"], "binding": binding}, headers=JSON)
    assert answer.status_code == 200, answer.text
    message: dict[str, Any] = answer.json()
    return message


@pytest.mark.parametrize(("scheme", "path"), [("spid", "/slo"), ("cie", "/cie/slo")])
async def test_who_signs_out_at_the_provider_is_out_here_by_redirect(
    browser: Browser, provider: httpx.AsyncClient, site: Site, scheme: str, path: str
) -> None:
    await browser.sign_in("giulia.ferrari", scheme=scheme, next_path=AT_LEVEL_1)
    message = await told_by_provider(provider, "redirect")
    answer = await provider.get(message["location"])
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(f"{site.idp_url}{path}?SAMLResponse=")
    assert not await is_signed_in(browser)
    assert "Logout effettuato con successo" in (await provider.get(answer.headers["location"])).text


async def test_who_signs_out_at_the_provider_is_out_here_by_form(
    browser: Browser, provider: httpx.AsyncClient, site: Site
) -> None:
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    message = await told_by_provider(provider, "post")
    page = await provider.post(message["location"], data=message["fields"], headers={"sec-fetch-site": "cross-site"})
    assert page.status_code == 200, page.text
    assert f'action="{site.idp_url}/slo"' in page.text
    assert '<script src="/auth/carry.js">' in page.text
    assert not await is_signed_in(browser)
    fields = dict(zip(*[iter(_quoted(page.text))] * 2, strict=True))
    assert "Logout effettuato con successo" in (await provider.post("/slo", data=fields)).text


def _quoted(page: str) -> list[str]:
    """Names and values of the hidden fields, in turn."""
    parts = [part.split('"')[1::2] for part in page.split("<input ")[1:]]
    return [text for _, name, value, *_ in parts for text in (name, value)]


async def test_the_same_request_again_is_answered_again_and_ends_nobody_elses_session(
    browser: Browser, provider: httpx.AsyncClient
) -> None:
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    message = await told_by_provider(provider, "redirect")
    await provider.get(message["location"])
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    assert (await provider.get(message["location"])).status_code == 302
    assert await is_signed_in(browser)


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_a_changed_request_signs_nobody_out(browser: Browser, provider: httpx.AsyncClient, binding: str) -> None:
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    message = await told_by_provider(provider, binding)
    if binding == "redirect":
        answer = await provider.get(message["location"].replace("RelayState=_", "RelayState=x"))
    else:
        answer = await provider.post(message["location"], data={"SAMLRequest": message["fields"]["SAMLRequest"][:-40]})
    assert answer.status_code == 403
    assert "non è valido" in answer.text
    assert await is_signed_in(browser)


async def test_an_answer_nobody_asked_for_is_a_page_and_signs_nobody_out(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari", next_path=AT_LEVEL_1)
    for query in ("SAMLResponse=QUJD&RelayState=x", "SAMLResponse=", "SAMLRequest=&SigAlg=x"):
        assert (await browser.get(f"/auth/spid/logout?{query}")).status_code == 403
    assert await is_signed_in(browser)
