"""One transaction: effect, outbox and marker together or not at all."""

import asyncio
import functools
import json
from datetime import timedelta
from pathlib import Path

import pytest

from refettorio_chassis import mongo
from refettorio_chassis.clock import RehearsalClock, SystemClock, rome_day, write_offset
from refettorio_chassis.errors import DomainError
from refettorio_chassis.outbox import ClosedOutboxError, command_id
from refettorio_chassis.process import Index, Service, ensure_database
from refettorio_chassis.testing import outbox_rows
from refettorio_chassis.transaction import Runner, Transaction, Transactions
from tests.integration.chassis.stage import SERVICE, Stage, meal


async def insert(transaction: Transaction, number: int = 1) -> None:
    await transaction.collection("journal").insert_one({"_id": number})
    transaction.announce(meal(number))


async def test_effect_and_announcement_are_committed_together(stage: Stage) -> None:
    await stage.foundation.transactions.run(insert, name="insert")
    assert (await stage.counted("journal"), await stage.counted("outbox")) == (1, 1)


async def test_a_refusal_leaves_neither_effect_nor_announcement(stage: Stage) -> None:
    async def refuse(transaction: Transaction) -> None:
        await insert(transaction)
        raise DomainError("No.")

    with pytest.raises(DomainError):
        await stage.foundation.transactions.run(refuse, name="refuse")
    assert (await stage.counted("journal"), await stage.counted("outbox")) == (0, 0)


async def test_work_that_loses_a_conflict_is_run_again_and_announces_once(stage: Stage) -> None:
    await stage.database["journal"].insert_one({"_id": "balance", "cents": 0})
    runs: list[int] = []

    async def add(transaction: Transaction) -> None:
        runs.append(1)
        balance = await transaction.collection("journal").find_one({"_id": "balance"})
        assert balance is not None
        await transaction.collection("journal").update_one(
            {"_id": "balance"}, {"$set": {"cents": balance["cents"] + 510}}
        )
        transaction.announce(meal(len(runs)))

    await asyncio.gather(*[stage.foundation.transactions.run(add, name="add") for _ in range(8)])
    balance = await stage.database["journal"].find_one({"_id": "balance"})
    assert balance is not None
    assert balance["cents"] == 8 * 510, "no update was lost"
    assert len(runs) > 8, "some had to read again"
    assert await stage.counted("outbox") == 8


async def test_an_outbox_closed_by_the_commit_refuses_what_comes_late(stage: Stage) -> None:
    late: list[Transaction] = []

    async def keep(transaction: Transaction) -> None:
        late.append(transaction)

    await stage.foundation.transactions.run(keep, name="keep")
    with pytest.raises(ClosedOutboxError, match="would be lost"):
        late[0].announce(meal(1))


async def test_a_duplicate_key_in_one_insert_or_in_many_is_the_same_error_after_a_few_tries(stage: Stage) -> None:
    await stage.database["journal"].insert_one({"_id": 1})
    runs: list[int] = []

    async def one(transaction: Transaction) -> None:
        runs.append(1)
        await transaction.collection("journal").insert_one({"_id": 1})

    async def many(transaction: Transaction) -> None:
        runs.append(1)
        await transaction.collection("journal").insert_many([{"_id": 0}, {"_id": 1}, {"_id": 2}])

    for work in (one, many):
        runs.clear()
        with pytest.raises(mongo.DuplicateKey):
            await stage.foundation.transactions.run(work, name="twice")
        assert len(runs) == 5
    assert await stage.counted("journal") == 1


async def test_the_command_of_a_request_is_the_cause_of_what_it_announces(stage: Stage) -> None:
    token = command_id.set("cmd-1")
    try:
        await stage.foundation.transactions.run(insert, name="insert")
    finally:
        command_id.reset(token)
    (row,) = await outbox_rows(stage.database)
    envelope = json.loads(row["value"])
    assert (envelope["causationid"], envelope["correlationid"]) == ("cmd-1", "cmd-1")
    assert envelope["id"] == row["id"]
    assert row["headers"]["ce_type"] == envelope["type"]
    assert row["key"] == envelope["partitionkey"]


async def test_the_time_of_an_event_comes_from_the_rehearsal_clock_and_follows_its_file(
    stage: Stage, tmp_path: Path
) -> None:
    path = tmp_path / "clock.json"
    clock = RehearsalClock(path)
    base = stage.foundation
    transactions = Transactions(base.client, base.database, source="/comuni/019058/refettorio/ledger", clock=clock)
    days = []
    for number, offset in enumerate([timedelta(), timedelta(days=400), timedelta(days=-30)]):
        write_offset(path, offset)
        await asyncio.sleep(0.06)  # what a clock may lag behind its file
        await transactions.run(functools.partial(insert, number=number), name="insert")
        last = (await outbox_rows(base.database))[-1]
        days.append(json.loads(last["value"])["time"][:10])
        now = SystemClock().now()
        assert days[-1] == (now + offset).date().isoformat()
        parcel = await base.database["outbox"].find_one({}, sort=[("_id", -1)])
        assert parcel is not None
        assert abs(parcel["written_at"] - now) < timedelta(seconds=30), "bookkeeping keeps the machine's time"
        assert rome_day(clock.now()) >= (now + offset).date()


async def test_the_runner_passes_ports_on_and_returns_what_the_use_case_returns(stage: Stage) -> None:
    async def mark(ports: Transaction, number: int, *, twice: bool) -> int:
        await insert(ports, number)
        return number * (2 if twice else 1)

    run = Runner(stage.foundation.transactions, lambda transaction: transaction, service=SERVICE)
    assert await run(mark, 21, twice=True) == 42
    assert await stage.counted("journal") == 1


async def test_every_method_of_a_collection_works_inside_a_transaction(stage: Stage) -> None:
    async def work(transaction: Transaction) -> list[object]:
        rows = transaction.collection("journal")
        await rows.insert_many([{"_id": number, "kind": number % 2} for number in range(6)])
        await rows.insert_many([])
        return [
            await rows.replace_one({"_id": 9}, {"_id": 9, "kind": 3}, upsert=True),
            await rows.update_one({"_id": 0}, {"$set": {"kind": 5}}),
            await rows.update_many({"kind": 1}, {"$inc": {"kind": 10}}),
            await rows.find_one_and_update({"_id": 0}, {"$set": {"kind": 6}}),
            await rows.delete_one({"_id": 5}),
            await rows.delete_many({"_id": {"$in": [2, 4]}}),
            await rows.count_documents({}),
            [row["_id"] for row in await rows.find({}, {"_id": 1}, sort=[("_id", -1)], limit=2)],
            await rows.aggregate([{"$group": {"_id": None, "sum": {"$sum": "$kind"}}}]),
        ]

    expected = [0, 1, 3, {"_id": 0, "kind": 6}, 1, 2, 4, [9, 3], [{"_id": None, "sum": 31}]]
    assert await stage.foundation.transactions.run(work, name="work") == expected
    view = stage.foundation.transactions.view.collection("journal")
    assert await view.count_documents({}) == 4


async def test_two_processes_may_prepare_the_same_database_at_once(stage: Stage) -> None:
    service = Service(
        name=SERVICE,
        foundation=stage.foundation,
        collections=["sheets", "meals"],
        indexes=[
            Index(collection="sheets", keys=[("class_id", 1), ("day", 1)], unique=True),
            Index(collection="meals", keys=[("day", 1)], where={"open": True}),
        ],
    )
    await asyncio.gather(*[ensure_database(service) for _ in range(4)])
    indexes = await stage.database["sheets"].index_information()
    assert any(index.get("unique") for index in indexes.values())
