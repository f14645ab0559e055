"""A person asks for erasure through the gate, and the office answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from refettorio_contracts.identity import ContactRemoved, ErasureAnswered
from tests.integration.identity.browser import Browser, Site
from tests.integration.identity.test_what_is_told import told_of

OWN, WAITING = "/api/identity/v1/me/erasure-requests", "/api/identity/v1/erasure-requests"
GRANTED = {"is_granted": True, "reason": "Nulla da tenere"}


@pytest.fixture
async def family(site: Site) -> AsyncIterator[Browser]:
    """A guardian at home."""
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        browser = Browser(site, client)
        await browser.sign_in("francesca.villa")
        yield browser


async def waiting_ids(office: Browser) -> list[str]:
    return [each["request_id"] for each in (await office.through_gate("GET", WAITING)).json()["items"]]


async def test_what_is_granted_is_gone_and_a_sign_in_brings_no_contact_back(
    administrator: Browser, family: Browser, site: Site
) -> None:
    me = (await family.through_gate("GET", "/api/identity/v1/me")).json()
    assert (await family.through_gate("GET", "/api/identity/v1/me/contacts")).json()["items"]
    asked = (await family.through_gate("POST", OWN, {})).json()
    again = await family.through_gate("POST", OWN, {})
    assert (again.status_code, again.json()["slug"]) == (409, "erasure-waits")
    assert asked["request_id"] in await waiting_ids(administrator)

    for _ in range(2):
        done = await administrator.through_gate("PUT", f"{WAITING}/{asked['request_id']}/decision", GRANTED)
        assert done.status_code == 204, done.text

    told = await told_of(site, me["id"], at_least=6)
    assert [type(each.data) for each in told[-3:]] == [ErasureAnswered, ContactRemoved, ContactRemoved]
    assert "Nulla da tenere" not in str(told)
    assert (await family.ask_gate("GET", "/portale/")).status_code == 302
    await family.sign_in("francesca.villa")
    assert (await family.through_gate("GET", "/api/identity/v1/me/contacts")).json()["items"] == []
    [own] = (await family.through_gate("GET", OWN)).json()["items"]
    assert (own["state"], own["reason"]) == ("granted", "Nulla da tenere")
    file = (await family.through_gate("GET", "/api/identity/v1/me/export")).json()
    assert file["erasure_requests"] == [own]
    read = (await family.through_gate("GET", "/api/identity/v1/me/access-log")).json()["items"]
    assert {"erasures-read", "erasure-granted"} <= {each["what"] for each in read}


async def test_a_request_taken_back_waits_no_more(administrator: Browser, family: Browser) -> None:
    asked = (await family.through_gate("POST", OWN, {})).json()
    assert (await family.through_gate("DELETE", f"{OWN}/{asked['request_id']}")).status_code == 204
    assert asked["request_id"] not in await waiting_ids(administrator)
    late = await administrator.through_gate("PUT", f"{WAITING}/{asked['request_id']}/decision", GRANTED)
    assert (late.status_code, late.json()["slug"]) == (409, "erasure-over")


async def test_nobody_of_the_office_answers_their_own(administrator: Browser) -> None:
    asked = (await administrator.through_gate("POST", OWN, {})).json()
    own = await administrator.through_gate("PUT", f"{WAITING}/{asked['request_id']}/decision", GRANTED)
    assert (own.status_code, own.json()["slug"]) == (403, "own-erasure")
    assert (await administrator.through_gate("DELETE", f"{OWN}/{asked['request_id']}")).status_code == 204


async def test_only_the_office_answers_and_nobody_asks_for_another(administrator: Browser, family: Browser) -> None:
    assert (await family.through_gate("GET", WAITING)).status_code == 403
    assert (await family.through_gate("PUT", f"{WAITING}/era_1/decision", GRANTED)).status_code == 403
    own = (await family.through_gate("GET", "/api/identity/v1/me")).json()["id"]
    begun = await administrator.through_gate("POST", f"/api/identity/v1/people/{own}/acting", {"reason": "Sportello"})
    assert begun.status_code < 300, begun.text
    for method, body in (("GET", None), ("POST", {})):
        assert (await administrator.through_gate(method, OWN, body)).status_code == 403
    await administrator.through_gate("DELETE", "/api/identity/v1/me/acting")
