"""Acting for a guardian through the gate of a running identity: a delegate, a clerk at the counter, and the end."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from refettorio_chassis.testing import read_topic
from refettorio_contracts.identity import DelegateAuthorised, DelegateRevoked
from refettorio_contracts.topics import GUARDIANS
from tests.integration.identity.browser import Browser, Site
from tests.integration.identity.granting import CODES

ME = "/api/identity/v1/me"
DELEGATIONS = f"{ME}/delegations"
ACTING = f"{ME}/acting"
ACCOUNT = "/api/ledger/v1/account"
PARENT, GRANDMOTHER = "elena.colombo", "giulia.ferrari"


@pytest.fixture
async def parent(site: Site) -> AsyncIterator[Browser]:
    """A browser in which the parent has signed in."""
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        browser = Browser(site, client)
        await browser.sign_in(PARENT)
        yield browser


async def who(browser: Browser) -> dict[str, Any]:
    answer = await browser.through_gate("GET", ME)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def claims(browser: Browser, path: str = ACCOUNT) -> dict[str, Any]:
    """Of the token the gate gives for a request of the browser."""
    allowed = await browser.ask_gate("GET", path)
    assert allowed.status_code == 200, allowed.text
    payload = allowed.headers["authorization"].split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return read


async def authorised(parent: Browser, *scopes: str) -> str:
    """The id of a delegation to the grandmother."""
    latest = (await parent.through_gate("GET", DELEGATIONS)).json()["choices"]["latest_last_day"]
    wanted = {"fiscal_code": CODES[GRANDMOTHER], "scopes": scopes, "last_day": latest}
    made = await parent.through_gate("POST", DELEGATIONS, wanted)
    assert made.status_code == 201, made.text
    return str(made.json()["delegation_id"])


async def test_a_delegate_acts_within_the_scopes_until_the_parent_takes_it_back(
    parent: Browser, browser: Browser
) -> None:
    delegation = await authorised(parent, "pay")
    await browser.sign_in(GRANDMOTHER)
    [received] = (await browser.through_gate("GET", DELEGATIONS)).json()["received"]
    assert (received["delegation_id"], received["state"]) == (delegation, "active")
    own, mine = await who(browser), await who(parent)
    assert (await browser.through_gate("PUT", ACTING, {"delegation_id": delegation})).status_code == 204
    found = await who(browser)
    assert (found["id"], found["acting"]["capacity"], found["acting"]["scopes"]) == (
        mine["id"],
        "delegate",
        ["pay", "see"],
    )
    token = await claims(browser)
    assert (token["sub"], token["act"]) == (mine["id"], {"sub": own["id"], "role": "delegate"})
    assert (token["roles"], token["scope"]) == (["guardian"], "pay see")
    for path in (DELEGATIONS, f"{ME}/contacts", f"{ME}/sessions", f"{ME}/access-log", f"{ME}/export"):
        assert (await browser.through_gate("GET", path)).status_code == 403, path
    revoked = await parent.through_gate("DELETE", f"{DELEGATIONS}/{delegation}")
    assert revoked.status_code == 204
    after = await who(browser)
    assert (after["id"], after["acting"], after["acting_is_over"]) == (own["id"], None, True)
    stopped = await browser.ask_gate("DELETE", f"{ME}/sessions", sec_fetch_site="same-origin")
    assert (stopped.status_code, stopped.json()["slug"]) == (403, "rappresentanza-terminata")
    assert (await browser.through_gate("DELETE", ACTING)).status_code == 204
    assert not (await who(browser))["acting_is_over"]


async def test_the_guardian_reads_who_acted_and_others_are_told_of_the_delegation(
    parent: Browser, browser: Browser, site: Site
) -> None:
    delegation = await authorised(parent)
    await browser.sign_in(GRANDMOTHER)
    own, mine = await who(browser), await who(parent)
    await browser.through_gate("PUT", ACTING, {"delegation_id": delegation})
    await browser.through_gate("DELETE", ACTING)
    await browser.through_gate("DELETE", f"{DELEGATIONS}/{delegation}")
    whole = (await parent.through_gate("GET", f"{ME}/export")).json()
    assert delegation in {each["delegation_id"] for each in whole["delegations_given"]}
    accesses = (await parent.through_gate("GET", f"{ME}/access-log")).json()["items"][:3]
    assert [(each["who"], each["role"], each["what"]) for each in accesses] == [
        (own["id"], "delegate", what) for what in ("delegate-revoked", "acting-ended", "acting-begun")
    ]
    told = [envelope.data for envelope in await read_topic(site.kafka_bootstrap, GUARDIANS)]
    ours = [each for each in told if isinstance(each, DelegateAuthorised | DelegateRevoked)]
    last = [each for each in ours if each.guardian_id == mine["id"]]
    assert {each.delegation_id for each in last} <= {delegation}


async def test_a_clerk_acts_at_the_counter_for_half_an_hour_with_a_reason(
    parent: Browser, administrator: Browser
) -> None:
    mine, clerk = await who(parent), await who(administrator)
    counter = f"/api/identity/v1/people/{mine['id']}/acting"
    assert (await administrator.through_gate("POST", counter, {"reason": " "})).status_code == 422
    begun = await administrator.through_gate("POST", counter, {"reason": "Non ha un computer"})
    assert begun.status_code == 204, begun.text
    token = await claims(administrator)
    assert (token["sub"], token["act"], token["roles"]) == (
        mine["id"],
        {"sub": clerk["id"], "role": "clerk"},
        ["guardian"],
    )
    office = await administrator.ask_gate("GET", "/ufficio/")
    assert (office.status_code, office.headers["location"]) == (303, "/portale/")
    assert (await administrator.through_gate("GET", "/api/identity/v1/staff")).status_code == 403
    assert (await administrator.through_gate("POST", counter, {"reason": "Ancora"})).status_code == 403
    access = (await parent.through_gate("GET", f"{ME}/access-log")).json()["items"][0]
    assert (access["who"], access["role"], access["what"]) == (clerk["id"], "office", "acting-begun")
    await administrator.through_gate("DELETE", ACTING)
    assert (await claims(administrator))["sub"] == clerk["id"]


@pytest.mark.parametrize("clerk_only", ["counter", "enrol"])
async def test_a_delegation_cannot_give_more_than_there_is_to_give(parent: Browser, clerk_only: str) -> None:
    wanted = {"fiscal_code": CODES[GRANDMOTHER], "scopes": [clerk_only], "last_day": "2099-01-01"}
    answer = await parent.through_gate("POST", DELEGATIONS, wanted)
    assert (answer.status_code, answer.json()["slug"]) in {(422, "delegation-scope"), (422, "delegation-day")}
    unknown = await parent.through_gate("DELETE", f"{DELEGATIONS}/del_{uuid4().hex}")
    assert unknown.status_code == 404
