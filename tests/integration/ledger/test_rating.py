"""Prices by family and re-rating, on MongoDB and over HTTP."""

import pytest

from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.verify_books import verify_books
from tests.support.ledger_merging_scenarios import MERGING_SCENARIOS
from tests.support.ledger_moving_scenarios import MOVING_SCENARIOS
from tests.support.ledger_rating_scenarios import (
    RATING_SCENARIOS,
    Scenario,
    a_late_isee_moves_only_the_differences_and_once,
    assigned,
    enrolled,
)
from tests.support.ledger_scenarios import meal
from tests.support.ledger_sharing_scenarios import SHARING_SCENARIOS
from tests.support.ledger_stage import Stage
from tests.support.ledger_subscription_scenarios import (
    SUBSCRIPTION_SCENARIOS,
    a_late_isee_moves_only_the_difference_of_each_month_and_once,
)

API = "/api/ledger/v1"
RULE = {
    "cells": [
        {
            "scale": {
                "shape": "bracketed",
                "brackets": [
                    {"from_cents": 0, "to_cents": 450_001, "price_cents": 165},
                    {"from_cents": 450_001, "to_cents": None, "price_cents": 624},
                ],
            }
        }
    ],
    "siblings": {"ranks": [{"from_rank": 2, "percent_off": 50}]},
}
VERSION = {"service": "meals", "valid_from": "2025-09-01", "resolution": "Delibera 12", "source": "https://example.it"}
DECLARED = {
    "isee_cents": 300_000,
    "minors": 2,
    "valid_from": "2025-09-01",
    "valid_to": "2026-08-31",
    "filed_on": "2025-10-05",
}


@pytest.mark.parametrize(
    "scenario",
    RATING_SCENARIOS + SUBSCRIPTION_SCENARIOS + MOVING_SCENARIOS + MERGING_SCENARIOS + SHARING_SCENARIOS,
    ids=lambda scenario: scenario.__name__,
)
async def test_on_mongodb(scenario: Scenario, stage: Stage) -> None:
    await scenario(stage)


async def test_a_late_isee_goes_from_the_desk_to_the_statement(stage: Stage) -> None:
    async with stage.client("stf_1", "office") as office:
        put = await office.put(f"{API}/tariffs/meals-standard/versions/2025-26", json=VERSION | {"rule": RULE})
        assert (put.status_code, put.json()["price_cents"]) == (200, 624)
        assert put.json()["rule"]["cells"][0]["scale"]["brackets"][0]["to_cents"] == 450_001
        await assigned(stage)
        await enrolled(stage, "pup_1")
        await stage.run(charge_meals, [meal(1)])
        declared = await office.put(f"{API}/accounts/gua_1/declarations/dsu-1", json=DECLARED)
        assert declared.status_code == 200
        kept = (await office.get(f"{API}/accounts/gua_1/declarations")).json()["items"]
        assert kept == [declared.json()]
        seen = await office.post(f"{API}/reratings/preview", json={"from": "2025-09-01", "to": "2026-06-30"})
        preview = seen.json()
        assert (preview["families"], preview["delta_cents"], preview["differences"]) == (1, 165 - 624, 1)
        for posted in (1, 0):
            done = await office.post(f"{API}/reratings", json={"preview_id": preview["preview_id"]})
            assert (done.status_code, done.json()["posted"]) == (201, posted)
        again = await office.get(f"{API}/reratings/{preview['preview_id']}")
        assert again.json()["posted_at"] is not None
    async with stage.client("gua_1", "guardian") as family:
        newest, charge = (await family.get(f"{API}/account/statement")).json()["items"]
    assert (newest["kind"], newest["amount_cents"], newest["meal_id"]) == ("adjustment", 624 - 165, charge["meal_id"])
    why = newest["why"]
    assert (why["resolution"], why["before_cents"], why["price_cents"]) == ("Delibera 12", 624, 165)
    assert (why["isee_cents"], why["bracket_to_cents"], why["rank"]) == (300_000, 450_001, 1)
    assert (charge["why"]["marked_by"], charge["why"]["price_cents"]) == ("canteen", 624)


async def test_the_desk_charges_a_school_year_of_the_bus(stage: Stage) -> None:
    rule = {"cells": [{"scale": {"shape": "flat", "price_cents": 24_000}}], "unit": "year"}
    async with stage.client("stf_1", "office") as office:
        await office.put(f"{API}/tariffs/bus/versions/a", json=VERSION | {"service": "transport", "rule": rule})
        await assigned(stage, service="transport", code="bus")
        await enrolled(stage, "pup_1", service="transport")
        for address, posted in (("/preview", 0), ("", 1), ("", 0)):
            done = await office.post(f"{API}/subscriptions{address}", json={"period": "2025/26"})
            assert done.status_code == 201
            assert (done.json()["total_cents"], done.json()["posted"]) == (24_000, posted)
        assert (await office.post(f"{API}/subscriptions", json={"period": "2025-13"})).status_code == 422
    async with stage.client("gua_1", "guardian") as family:
        [line] = (await family.get(f"{API}/account/statement")).json()["items"]
    assert (line["description"], line["why"]["period"]) == ("Trasporto scolastico: quota 2025/26", "2025/26")


async def test_a_month_rated_again_tells_the_family_why(stage: Stage) -> None:
    rule = RULE | {"unit": "month"}
    span = {"from": "2025-09-01", "to": "2026-06-30", "account_id": "gua_1"}
    async with stage.client("stf_1", "office") as office:
        await office.put(f"{API}/tariffs/bus/versions/a", json=VERSION | {"service": "transport", "rule": rule})
        await assigned(stage, service="transport", code="bus")
        await enrolled(stage, "pup_1", service="transport")
        await office.post(f"{API}/subscriptions", json={"period": "2025-10"})
        await office.put(f"{API}/accounts/gua_1/declarations/dsu-1", json=DECLARED)
        preview = (await office.post(f"{API}/reratings/preview", json=span)).json()
        assert (preview["from"], preview["to"], preview["account_id"]) == ("2025-09-01", "2026-06-30", "gua_1")
        [line] = preview["lines"]
        assert (line["meal_id"], line["day"], line["period"]) == (None, None, "2025-10")
        assert (line["service"], line["before_cents"], line["after_cents"]) == ("transport", 624, 165)
        for posted in (1, 0):
            done = await office.post(f"{API}/reratings", json={"preview_id": preview["preview_id"], "reason": "ISEE"})
            assert done.json()["posted"] == posted
        nobody = await office.post(f"{API}/reratings/preview", json=span | {"account_id": "gua_2"})
        assert (nobody.json()["subscriptions"], nobody.json()["differences"]) == (0, 0)
    async with stage.client("gua_1", "guardian") as family:
        newest, charge = (await family.get(f"{API}/account/statement")).json()["items"]
    assert (newest["kind"], newest["pupil_id"], newest["meal_id"]) == ("subscription-adjustment", "pup_1", None)
    why = newest["why"]
    assert (why["period"], why["before_cents"], why["price_cents"], why["reason"]) == ("2025-10", 624, 165, "ISEE")
    assert (why["isee_cents"], why["bracket_to_cents"], why["resolution"]) == (300_000, 450_001, "Delibera 12")
    assert charge["why"]["price_cents"] == 624


async def test_a_draft_is_linted_and_simulated_before_it_is_voted(stage: Stage) -> None:
    async with stage.client("stf_1", "office") as office:
        await office.put(f"{API}/tariffs/meals-standard/versions/a", json=VERSION | {"price_cents": 452})
        await assigned(stage)
        await stage.run(charge_meals, [meal(1), meal(2)])
        found = (await office.post(f"{API}/tariffs/lint", json={"rule": RULE})).json()
        assert (found["is_sound"], [each["code"] for each in found["findings"]]) == (True, ["cliff"])
        draft = {"rule": {"cells": [{"scale": {"shape": "flat", "price_cents": 510}}]}, "school_year": "2025/26"}
        told = (await office.post(f"{API}/tariffs/simulate", json=draft)).json()
        assert (told["meals"], told["before_cents"], told["after_cents"]) == (2, 904, 1020)
        assert (told["families_paying_more"], told["highest_rise_cents"]) == (1, 116)
        balance = (await office.get(f"{API}/accounts/gua_1")).json()["balance_cents"]
        assert balance == -904


async def test_the_desk_refuses_what_is_not_sound_unknown_or_not_allowed(stage: Stage) -> None:
    hole = {"shape": "bracketed", "brackets": [{"from_cents": 1, "to_cents": None, "price_cents": 5}]}
    address = f"{API}/tariffs/meals-standard/versions/x"
    async with stage.client("stf_1", "office") as office:
        refused = await office.put(address, json=VERSION | {"rule": {"cells": [{"scale": hole}]}})
        assert (refused.status_code, refused.json()["slug"]) == (422, "tariff-not-sound")
        for body in (
            VERSION,
            VERSION | {"rule": RULE, "price_cents": 5},
            VERSION | {"rule": RULE | {"unknown": 1}},
            VERSION | {"rule": {"cells": [{"scale": hole | {"unknown": 1}}]}},
        ):
            answer = await office.put(address, json=body)
            assert (answer.status_code, answer.json()["slug"]) == (422, "dati-non-validi")
        assert (await office.get(f"{API}/reratings/rer_0")).status_code == 404
    async with stage.client("gua_1", "guardian") as family:
        assert (await family.get(f"{API}/accounts/gua_1/declarations")).status_code == 403
        assert (await family.post(f"{API}/tariffs/simulate", json={})).status_code == 403


async def test_a_version_stored_before_there_were_rules_is_still_read(stage: Stage) -> None:
    database = stage.wiring.base.transactions.view
    async with stage.client("stf_1", "office") as office:
        await office.put(f"{API}/tariffs/meals-standard/versions/a", json=VERSION | {"price_cents": 452})
        await assigned(stage)
        await database.collection("tariffs").update_many({}, {"$unset": {"rule": ""}})
        await database.collection("tariff_assignments").update_many(
            {}, {"$unset": {"sibling_rank": "", "is_resident": ""}}
        )
        await stage.run(charge_meals, [meal(1)])
        assert (await office.get(f"{API}/accounts/gua_1")).json()["balance_cents"] == -452


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        (a_late_isee_moves_only_the_differences_and_once, "adjustment"),
        (a_late_isee_moves_only_the_difference_of_each_month_and_once, "subscription-adjustment"),
    ],
)
async def test_verify_finds_an_adjustment_that_does_not_follow(stage: Stage, scenario: Scenario, kind: str) -> None:
    await scenario(stage)
    journal = stage.wiring.base.transactions.view.collection("journal")
    await journal.update_one({"kind": kind}, {"$set": {"cause.before_cents": 500}})
    report = await verify_books(stage.book, progress=lambda _done, _total: None)
    assert [found.invariant for found in report.findings] == ["I7"]
