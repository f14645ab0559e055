"""The past of the book is final: closed months, daily roots, balances as of then; each guard is seen to speak."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.domain.sealing import FIRST_PREVIOUS, root_hash
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.verify_books import Report, verify_books
from refettorio_chassis.errors import RetryLater
from tests.support.ledger_scenarios import meal, priced, taken_back
from tests.support.ledger_stage import Stage

API = "/api/ledger/v1"
OFFICE = ("stf_1", "office")
NOVEMBER = datetime(2025, 11, 3, 10, 0, tzinfo=UTC)


async def get(stage: Stage, path: str, *who: str, **params: str) -> Any:
    async with stage.client(*who) as client:
        return await client.get(f"{API}/{path}", params=params)


async def close(stage: Stage, month: str, *who: str) -> Any:
    async with stage.client(*who) as client:
        return await client.post(f"{API}/periods/{month}/close")


async def checked(stage: Stage) -> Report:
    return await verify_books(stage.book, progress=lambda _done, _total: None)


async def found(stage: Stage) -> set[tuple[str, str]]:
    return {(finding.invariant, finding.subject) for finding in (await checked(stage)).findings}


def advance_to(stage: Stage, moment: datetime) -> None:
    stage.clock.advance(moment - stage.clock.now())


async def test_a_month_is_closed_once_and_late_meals_are_booked_in_the_open_one(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1), meal(2)])
    assert (await close(stage, "2025-10", *OFFICE)).json()["slug"] == "period-open"
    advance_to(stage, NOVEMBER)
    closed = (await close(stage, "2025-10", *OFFICE)).json()
    assert (closed["transfers"], closed["amount_cents"], closed["closed_by"]) == (2, 904, "stf_1")
    await stage.run(charge_meals, [meal(3)])
    assert (await close(stage, "2025-10", "stf_9", "office")).json() == closed
    assert (await get(stage, "periods", *OFFICE)).json()["items"] == [closed]
    assert (await checked(stage)).is_proved


async def test_a_clock_that_is_behind_a_closed_month_books_nothing(stage: Stage) -> None:
    await priced(stage, 452)
    advance_to(stage, NOVEMBER)
    await close(stage, "2025-10", *OFFICE)
    advance_to(stage, NOVEMBER - timedelta(days=10))
    with pytest.raises(RetryLater, match="in a month that is closed"):
        await stage.run(charge_meals, [meal(1)])


async def test_verify_sees_what_was_added_to_a_closed_month(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1)])
    advance_to(stage, NOVEMBER)
    await close(stage, "2025-10", *OFFICE)
    database = stage.wiring.base.database
    await database["periods"].update_one({}, {"$inc": {"transfers": -1, "cents": -452}})
    assert await found(stage) == {("I9", "period/2025-10")}


async def test_the_balance_is_told_as_of_an_instant_and_for_a_value_day(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1)])
    before = stage.clock.now()
    advance_to(stage, NOVEMBER)
    await stage.run(charge_meals, [meal(2), taken_back(meal(1))])
    path = "accounts/gua_1/balance"
    for params, cents in (
        ({"at": before.isoformat()}, -452),
        ({"at": (before - timedelta(seconds=1)).isoformat()}, 0),
        ({"value_day": "2025-09-30"}, 0),
        ({}, -452),
    ):
        assert (await get(stage, path, *OFFICE, **params)).json()["balance_cents"] == cents
    assert (await get(stage, "accounts/gua_x/balance", *OFFICE)).status_code == 404
    assert (await get(stage, path, "gua_1", "guardian")).status_code == 403


async def test_a_clock_that_jumps_back_does_not_turn_the_order_of_entries(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1)])
    stage.clock.advance(timedelta(hours=-2))
    await stage.run(charge_meals, [meal(2)])
    assert (await checked(stage)).is_proved


async def test_every_day_gets_one_root_that_follows_the_one_before(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1)])
    stage.clock.advance(timedelta(days=1))
    assert await stage.wiring.sealing.sealer.seal() == 1
    await stage.run(charge_meals, [meal(2)])
    stage.clock.advance(timedelta(days=2))
    await stage.run(charge_meals, [meal(3)])
    assert await stage.wiring.sealing.sealer.seal() == 2
    assert await stage.wiring.sealing.sealer.seal() == 0
    roots = (await get(stage, "roots")).json()["items"]
    assert [(root["day"], root["entries"]) for root in roots] == [
        ("2025-10-06", 2),
        ("2025-10-07", 4),
        ("2025-10-08", 4),
    ]
    previous = FIRST_PREVIOUS
    for root in roots:
        day = date.fromisoformat(root["day"])
        assert root["previous"] == previous
        assert root["root"] == root_hash(previous, day, root["accounts"], root["entries"], root["digest"])
        previous = root["root"]
    assert (await get(stage, "roots/2025-10-07")).json() == roots[1]
    assert (await get(stage, "roots/2025-10-09")).status_code == 404
    assert (await checked(stage)).is_proved


async def test_verify_sees_a_past_that_was_written_again(stage: Stage) -> None:
    """Even when the whole chain was made to fit: the root of the day does not."""
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1)])
    stage.clock.advance(timedelta(days=1))
    await stage.wiring.sealing.sealer.seal()
    database = stage.wiring.base.database
    await database["journal"].delete_many({})
    await database["accounts"].delete_many({})
    stage.clock.advance(timedelta(days=-1))
    await stage.run(charge_meals, [meal(2)])
    assert await found(stage) == {("I11", "root/2025-10-06")}


async def test_verify_sees_a_debt_that_nobody_was_told_of(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1)])
    await stage.wiring.base.database["accounts"].update_one({"_id": "gua_1"}, {"$set": {"debt_service": None}})
    assert await found(stage) == {("I5", "gua_1")}
