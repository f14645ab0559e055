"""A shared meal over HTTP: what each of the two reads of it, and what neither reads of the other."""

import asyncio
from datetime import date

from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.declare_income import declare_income
from ledger.usecases.open_balance import open_balance
from ledger.usecases.publish_tariff import publish_tariff
from tests.integration.ledger.test_coming import enrolled
from tests.integration.ledger.test_http import API, GUARDIAN, OFFICE, call
from tests.support.ledger_rating_scenarios import ISEE, assigned, declaration, tariff
from tests.support.ledger_rating_scenarios import enrolled as enrolled_until
from tests.support.ledger_scenarios import OCTOBER, balance, meal, priced, proved, taken_back
from tests.support.ledger_sharing_scenarios import SECOND, agreed
from tests.support.ledger_stage import Stage

SEES = (SECOND, "guardian")


async def test_each_reads_why_in_their_own_words_and_no_isee_of_the_other(stage: Stage) -> None:
    await stage.run(publish_tariff, tariff(ISEE))
    await assigned(stage)
    await stage.run(declare_income, declaration(700_000), by="stf_1")
    await agreed(stage)
    await stage.run(charge_meals, [meal(1), meal(2), taken_back(meal(2))])
    holder = (await call(stage, GUARDIAN, "GET", f"{API}/account/statement")).json()["items"]
    second = (await call(stage, SEES, "GET", f"{API}/account/statement")).json()["items"]
    assert [(each["kind"], each["amount_cents"]) for each in holder[-2:]] == [("share", 116), ("charge", -291)]
    assert [each["amount_cents"] for each in second] == [116, -116, -116]
    told = second[-1]
    assert (told["pupil_id"], told["meal_id"]) == ("pup_1", "pup_1.2025-10-06.1")
    assert told["description"] == "Quota del 40 %: pasto del 06/10/2025"
    why = {name: value for name, value in told["why"].items() if value is not None}
    assert why == {
        "tariff_version": "meals-standard/2025-26",
        "resolution": "Delibera di Giunta",
        "valid_from": "2025-09-01",
        "price_cents": 116,
        "meal_day": "2025-10-06",
        "second_percent": 40,
        "whole_cents": 291,
    }
    assert (holder[-1]["why"]["second_percent"], holder[-1]["why"]["isee_cents"]) == (40, 700_000)
    assert second[0]["why"] is None
    office = (await call(stage, OFFICE, "GET", f"{API}/accounts/{SECOND}/statement")).json()["items"]
    assert office == second


async def test_each_is_shown_the_meals_and_the_top_up_of_their_own_part(stage: Stage) -> None:
    """Four meals are ahead; of 510 cents the holder bears 306, the second guardian 204."""
    await priced(stage)
    await stage.run(enrolled)
    await agreed(stage)
    for account in ("gua_1", SECOND):
        await stage.run(open_balance, account_id=account, amount_cents=400, reason="riporto")
    seen = []
    for who in (GUARDIAN, SEES):
        account_view = (await call(stage, who, "GET", f"{API}/account")).json()
        seen.append((account_view["meals_left"], account_view["suggested_top_up_cents"]))
    assert seen == [(1, 900), (1, 500)]
    listed = (await call(stage, OFFICE, "GET", f"{API}/accounts")).json()["items"]
    assert [(each["meals_left"], each["suggested_top_up_cents"]) for each in listed] == seen


async def test_the_top_up_is_the_sum_of_what_each_bears_of_each_child(stage: Stage) -> None:
    """Four meals of each of two children at 5 euros, of one of whom the second guardian bears 90 %."""
    for pupil in ("pup_1", "pup_2"):
        await priced(stage, 500, pupil=pupil)
        await enrolled_until(stage, pupil, valid_to=date(2025, 10, 10))
    await agreed(stage, 90)
    seen = [(await call(stage, who, "GET", f"{API}/account")).json() for who in (GUARDIAN, SEES)]
    assert [each["suggested_top_up_cents"] for each in seen] == [4 * (50 + 500), 4 * 450]


async def test_both_take_away_what_they_agreed_and_not_what_another_did(stage: Stage) -> None:
    await agreed(stage, 10, second="gua_before", valid_from=date(2025, 1, 7))
    await agreed(stage)
    before = {"pupil_id": "pup_1", "side": "holder", "second_percent": 10, "valid_from": "2025-01-07"}
    mine = {"pupil_id": "pup_1", "side": "holder", "second_percent": 40, "valid_from": "2025-09-01"}
    for who, shares in ((GUARDIAN, [before, mine]), (SEES, [mine | {"side": "second"}])):
        own = (await call(stage, who, "GET", f"{API}/me/export")).json()
        assert own["shares"] == shares


async def test_an_agreement_that_comes_late_leaves_one_line(stage: Stage) -> None:
    for _ in range(2):
        await agreed(stage, valid_from=OCTOBER)
    await agreed(stage, valid_from=date(2025, 10, 7))
    lines = await stage.wiring.base.transactions.view.collection("audit").find({"what": "agree-shares-late"})
    assert [line["subject"] for line in lines] == ["pup_1:gua_1:2025-10-06"]


async def test_two_partitions_that_meet_on_one_second_guardian_lose_nothing(stage: Stage) -> None:
    """Each of two holders is charged by a transaction of its own, and both take from the one account."""
    for account, pupil in (("gua_1", "pup_1"), ("gua_2", "pup_2")):
        await priced(stage, 500, account=account, pupil=pupil)
        await agreed(stage, account_id=account, pupil_id=pupil)
    mine = [stage.run(charge_meals, [meal(number)]) for number in range(5)]
    others = [stage.run(charge_meals, [meal(number, account="gua_2", pupil="pup_2")]) for number in range(5)]
    await asyncio.gather(*mine, *others)
    found = [await balance(stage, each) for each in ("gua_1", "gua_2", SECOND)]
    assert found == [-5 * 300, -5 * 300, -10 * 200]
    await proved(stage)
