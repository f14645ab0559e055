"""The pages' questions, with tokens as the gateway gives them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2 as httpx
import pytest

from notify.inbound import http_privacy
from notify.inbound.http import router
from notify.usecases.follow_merge import follow_merge
from notify.usecases.learn_enrolment import learn_enrolment
from notify.usecases.plan_communication import plan_communication
from refettorio_chassis.readings import Readings
from refettorio_chassis.testing import TokenMinter
from refettorio_chassis.web import create_app
from tests.support.notify.mongo_bench import MongoBench
from tests.support.notify.scenarios import MARIA, enrolment, low_balance, reachable

MINTER = TokenMinter()
URL = "/api/notify/v1/communications"


def office() -> dict[str, str]:
    return MINTER.headers("stf_1", "office", audience="notify")


def guardian(guardian_id: str = MARIA) -> dict[str, str]:
    return MINTER.headers(guardian_id, "guardian", audience="notify")


@pytest.fixture
async def pages(bench: MongoBench) -> AsyncIterator[httpx.AsyncClient]:
    readings = Readings(bench.transactions.view, bench.clock)
    app = create_app(
        service="notify",
        routers=[router(bench.runner, bench.queries, readings), http_privacy.router(bench.queries, readings)],
        verifier=MINTER.verifier("notify"),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://notify") as client:
        yield client


async def test_a_guardian_finds_personal_and_office_messages_newest_first(
    bench: MongoBench, pages: httpx.AsyncClient
) -> None:
    await reachable(bench)
    await low_balance(bench)
    await bench.run(learn_enrolment, enrolment(0, guardian_id=MARIA))
    bench.clock.advance(timedelta(hours=1))
    body = {"audience": {"kind": "all"}, "title": "Sciopero", "body": "Niente mensa.", "channels": ["portal", "email"]}
    published = await pages.post(URL, json=body, headers=office())
    assert published.status_code == 201
    assert published.json()["families"] == 1
    await bench.run(plan_communication, published.json()["communication_id"], families=10)
    items = (await pages.get(URL, headers=guardian())).json()["items"]
    assert [(each["kind"], each["title"]) for each in items] == [
        ("office", "Sciopero"),
        ("personal", "Mensa: il credito sta per finire"),
    ]
    assert items[0]["channels"] == ["email"]


async def test_a_guardian_finds_only_their_own(bench: MongoBench, pages: httpx.AsyncClient) -> None:
    await low_balance(bench)
    answer = await pages.get(URL, headers=guardian("gua_other"))
    assert answer.json() == {"items": []}


async def test_the_office_sees_deliveries_with_masked_addresses(bench: MongoBench, pages: httpx.AsyncClient) -> None:
    await reachable(bench)
    await low_balance(bench)
    answer = await pages.get("/api/notify/v1/office/deliveries?state=planned", headers=office())
    assert {each["address"] for each in answer.json()["items"]} == {"g***@example.it", "+39*******567"}
    assert "example.it@" not in answer.text
    assert "3331234567" not in answer.text


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"audience": {"kind": "class", "id": "nobody"}, "title": "Avviso", "body": "Testo"}, "audience-empty"),
        ({"audience": {"kind": "class"}, "title": "Avviso", "body": "Testo"}, "audience-incomplete"),
        ({"audience": {"kind": "all", "id": "x"}, "title": "Avviso", "body": "Testo"}, "audience-incomplete"),
        ({"audience": {"kind": "all"}, "title": "", "body": "Testo"}, "dati-non-validi"),
        ({"audience": {"kind": "all"}, "title": "Avviso", "body": "Testo", "more": 1}, "dati-non-validi"),
        ({"audience": {"kind": "all"}, "title": "Avviso", "body": "Testo", "channels": ["fax"]}, "dati-non-validi"),
    ],
)
async def test_what_cannot_be_published_says_why(pages: httpx.AsyncClient, body: dict[str, object], slug: str) -> None:
    answer = await pages.post(URL, json=body, headers=office())
    assert (answer.status_code, answer.json()["slug"]) == (422, slug)


async def test_families_neither_publish_nor_see_the_office_lists(pages: httpx.AsyncClient) -> None:
    body = {"audience": {"kind": "all"}, "title": "Avviso", "body": "Testo"}
    assert (await pages.post(URL, json=body, headers=guardian())).status_code == 403
    assert (await pages.get("/api/notify/v1/office/deliveries", headers=guardian())).status_code == 403
    assert (await pages.get(URL)).status_code == 401


async def test_a_guardian_takes_away_what_they_were_told_and_sees_who_looked(
    bench: MongoBench, pages: httpx.AsyncClient
) -> None:
    await reachable(bench)
    await low_balance(bench)
    assert (await pages.get("/api/notify/v1/office/deliveries", headers=office())).status_code == 200
    own = (await pages.get("/api/notify/v1/me/export", headers=guardian())).json()
    assert {each["channel"] for each in own["contacts"]} == {"email", "sms"}
    assert [each["title"] for each in own["messages"]] == ["Mensa: il credito sta per finire"]
    assert {each["state"] for each in own["deliveries"]} == {"planned"}
    assert [each["what"] for each in own["accesses"]] == ["deliveries-listed"]
    log = (await pages.get("/api/notify/v1/me/access-log", headers=guardian())).json()
    assert log["items"] == own["accesses"]
    other = (await pages.get("/api/notify/v1/me/export", headers=guardian("gua_other"))).json()
    assert [other[name] for name in ("contacts", "messages", "deliveries", "accesses")] == [[]] * 4


async def test_what_went_to_a_merged_record_is_told_with_the_kept_one(
    bench: MongoBench, pages: httpx.AsyncClient
) -> None:
    await reachable(bench)
    await low_balance(bench)
    await pages.get("/api/notify/v1/office/deliveries", headers=office())
    before = (await pages.get("/api/notify/v1/me/export", headers=guardian())).json()
    await bench.run(follow_merge, MARIA, into_id="gua_between")
    await bench.run(follow_merge, "gua_between", into_id="gua_kept")
    own = (await pages.get("/api/notify/v1/me/export", headers=guardian("gua_kept"))).json()
    for name in ("contacts", "messages", "deliveries", "accesses"):
        assert own[name] == before[name] != []
    log = (await pages.get("/api/notify/v1/me/access-log", headers=guardian("gua_kept"))).json()
    assert log["items"] == own["accesses"]
