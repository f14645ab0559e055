"""Paying in instalments on MongoDB and over HTTP."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest

from ledger.outbound.mirror_queue import MirrorQueue
from ledger.usecases.issue_instalments import issue_instalments
from ledger.usecases.keep_receipt import keep_receipt
from tests.support.ledger_plan_scenarios import (
    FAMILY,
    SCENARIOS,
    known_holder,
    now,
    paid,
    planned,
    states,
    wanted,
    whole_of,
)
from tests.support.ledger_scenarios import receipt
from tests.support.ledger_stage import Stage
from tests.support.read_letters import pages_of

API = "/api/ledger/v1"
PARTS = [{"due_date": "2025-11-05", "amount_cents": 5_000}, {"due_date": "2025-12-05", "amount_cents": 2_500}]
BODY = {"plan_id": "pla-da-me-1", "service": "meals", "instalments": PARTS, "with_whole": True}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(scenario: object, stage: Stage) -> None:
    assert callable(scenario)
    await scenario(stage)


async def test_one_plan_asked_for_four_times_at_once_is_issued_once(stage: Stage) -> None:
    await known_holder(stage)
    plans = await asyncio.gather(*(stage.run(issue_instalments, wanted(), by=FAMILY) for _ in range(4)))
    assert all(plan == plans[0] for plan in plans)
    assert len(await stage.queries.notices_of("gua_1")) == 4


async def test_all_at_once_and_an_instalment_paid_in_the_same_moment_leave_nothing_to_pay(stage: Stage) -> None:
    plan = await planned(stage)
    both = (whole_of(plan), plan.instalments[0])
    await asyncio.gather(
        *(
            stage.run(keep_receipt, receipt(notice.number, notice.amount_cents, receipt_id=f"rt-{notice.number}"))
            for notice in both
        )
    )
    assert states(await now(stage, plan)) == ["paid", "paid", "cancelled", "cancelled"]


async def test_the_archive_hears_of_what_can_no_longer_be_paid(stage: Stage) -> None:
    plan = await planned(stage)
    queue = MirrorQueue(stage.wiring.base.transactions.view)
    for task in await queue.due(stage.clock.now(), 10):
        await queue.done(task)
    stage.clock.advance(timedelta(minutes=1))
    await paid(stage, whole_of(plan), "rt-1")
    told = {task.notice_number for task in await queue.due(stage.clock.now(), 10)}
    assert told == {notice.number for notice in plan.notices}


async def test_a_family_asks_for_a_plan_and_sees_it(stage: Stage) -> None:
    await known_holder(stage)
    async with stage.client("gua_1", "guardian") as family:
        asked = await family.post(f"{API}/plans", json=BODY)
        again = await family.post(f"{API}/plans", json=BODY)
        assert (asked.status_code, again.json()) == (201, asked.json())
        plan = asked.json()
        assert (plan["state"], plan["amount_cents"], plan["whole"]["amount_cents"]) == ("open", 7_500, 7_500)
        assert [(each["instalment"], each["instalments"]) for each in plan["instalments"]] == [(1, 2), (2, 2)]
        assert (await family.get(f"{API}/plans")).json()["items"] == [plan]
        letter = await family.get(plan["letter_url"])
        assert letter.headers["content-type"] == "application/pdf"
        assert len(pages_of(letter.content)) == 2
        notices = (await family.get(f"{API}/notices")).json()["items"]
        assert {each["plan_id"] for each in notices} == {plan["plan_id"]}
    stage.clock.advance(timedelta(days=31))
    async with stage.client("gua_1", "guardian") as family:
        [seen] = (await family.get(f"{API}/plans")).json()["items"]
        assert [each["is_overdue"] for each in seen["instalments"]] == [True, False]
    lines = await stage.wiring.base.transactions.view.collection("audit").find({"what": "issue-instalments"})
    assert [(line["who"], line["role"], len(line["details"]["notices"])) for line in lines] == [
        ("gua_1", "guardian", 3)
    ]


async def refused(client: httpx.AsyncClient, path: str, body: Mapping[str, Any] | None = None) -> str:
    answer = await (client.post(f"{API}/{path}", json=body) if body else client.get(f"{API}/{path}"))
    assert answer.status_code >= 400
    return str(answer.json()["slug"])


async def test_somebody_elses_plan_does_not_exist(stage: Stage) -> None:
    for account in ("gua_1", "gua_2"):
        async with stage.client("stf_1", "office") as clerk:
            opening = {"account_id": account, "amount_cents": 100, "reason": "riporto"}
            assert (await clerk.post(f"{API}/opening-balances", json=opening)).status_code == 201
    async with stage.client("gua_1", "guardian") as family:
        await family.post(f"{API}/plans", json=BODY)
    async with stage.client("gua_2", "guardian") as stranger:
        for path in ("plans/pla-da-me-1", "plans/pla-da-me-1/letter.pdf", "plans/pla-che-non-ce"):
            assert await refused(stranger, path) == "plan-not-found"
        assert await refused(stranger, "plans", BODY) == "plan-conflict"
        assert (await stranger.get(f"{API}/plans")).json()["items"] == []
        for path in ("plans/pla-da-me-1/cancel", "accounts/gua_1/instalments"):
            assert (await stranger.post(f"{API}/{path}", json=BODY)).status_code == 403
        assert (await stranger.get(f"{API}/accounts/gua_1/plans")).status_code == 403


async def test_the_office_asks_for_a_family_and_cancels_what_is_left(stage: Stage) -> None:
    await known_holder(stage)
    async with stage.client("stf_1", "office") as clerk:
        asked = await clerk.post(f"{API}/accounts/gua_1/instalments", json=BODY)
        assert asked.status_code == 201
        assert await refused(clerk, "accounts/gua_9/instalments", BODY | {"plan_id": "pla-altro"}) == (
            "account-not-found"
        )
        [plan] = (await clerk.get(f"{API}/accounts/gua_1/plans")).json()["items"]
        assert plan == asked.json()
        assert (await clerk.get(plan["letter_url"])).status_code == 200
        ended = (await clerk.post(f"{API}/plans/pla-da-me-1/cancel", json={"reason": "Sbagliato"})).json()
        assert (ended["state"], [each["state"] for each in ended["instalments"]]) == ("ended", ["cancelled"] * 2)
        assert await refused(clerk, "plans/pla-altro/cancel", {"reason": "Sbagliato"}) == "plan-not-found"
        number = plan["instalments"][0]["notice_number"]
        assert (await clerk.get(f"{API}/notices/{number}")).json()["state"] == "cancelled"
    lines = await stage.wiring.base.transactions.view.collection("audit").find({}, sort=[("_id", 1)])
    assert [(line["what"], line["who"], line["reason"]) for line in lines[-2:]] == [
        ("issue-instalments", "stf_1", None),
        ("cancel-plan", "stf_1", "Sbagliato"),
    ]
