"""What can arrive in a batch: poison, odd headers, unknown types, the same event twice; nothing else is lost by it."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

import pytest
from prometheus_client import REGISTRY

from refettorio_chassis import mongo
from refettorio_chassis.consuming import Intake, Received, Subscription, TooManyRefusalsError, one_by_one
from refettorio_chassis.errors import DomainError, RetryLater
from refettorio_chassis.testing import envelope_of, eventually, outbox_rows
from refettorio_chassis.transaction import Transaction
from refettorio_contracts.topics import DEAD_LETTERS
from tests.integration.chassis.stage import SERVICE, Stage, count_meal, meal


class NotPricedError(DomainError):
    slug: ClassVar[str] = "tariffa-assente"


def refusing(*meal_ids: str, error: Exception | None = None) -> "one_by_one":  # type: ignore[valid-type]
    """A handler that counts meals and refuses these."""

    async def handle(transaction: Transaction, received: Received) -> None:
        await count_meal(transaction, received)
        if received.envelope.subject.removeprefix("meal/") in meal_ids:
            raise error or NotPricedError("Manca la tariffa.")

    return one_by_one(handle)


def outcome(subscription: Subscription, name: str) -> float:
    labels = {"subscription": subscription.name, "outcome": name}
    return REGISTRY.get_sample_value("refettorio_events_consumed_total", labels) or 0.0


async def all_settled(stage: Stage, number: int) -> bool:
    return await stage.counted("processed") >= number


async def test_a_refused_event_is_set_aside_and_the_rest_of_its_batch_is_taken_in(stage: Stage) -> None:
    events = [meal(number) for number in range(10)]
    await stage.send(*events)
    consumer = stage.consumer(stage.subscription(refusing(events[4].meal_id)))
    stage.run(stage.relay().run)
    stage.run(consumer.run)
    await eventually(lambda: all_settled(stage, 10))
    assert len(await stage.journal()) == 9
    (parked,) = await stage.set_aside()
    assert (parked["slug"], parked["reason"], parked["state"]) == ("tariffa-assente", "Manca la tariffa.", "parked")

    async def letters() -> list[dict[str, str]]:
        records = await stage.records(DEAD_LETTERS[SERVICE].name)
        headers = [{name: value.decode() for name, value in record.headers} for record in records]
        return [each for each in headers if each["origin-topic"] == stage.topic.name]

    (letter,) = await eventually(letters)
    assert letter["error"] == "tariffa-assente"
    assert (letter["origin-partition"], letter["origin-offset"]) == (str(parked["partition"]), str(parked["offset"]))


async def test_a_refused_event_is_found_by_halving_its_batch(stage: Stage) -> None:
    events = [meal(number) for number in range(64)]
    await stage.send(*events, partition=0)
    sizes: list[int] = []
    refuse = refusing(events[37].meal_id)

    async def counting(transaction: Transaction, batch: Sequence[Received]) -> None:
        sizes.append(len(batch))
        await refuse(transaction, batch)  # type: ignore[misc]

    await Intake(stage.subscription(counting), stage.foundation.transactions, service=SERVICE).take(
        await stage.records()
    )
    assert sizes == [64, 32, 32, 16, 8, 4, 4, 2, 1, 1, 2, 8, 16]
    assert (len(await stage.set_aside()), len(await stage.journal())) == (1, 63)


@pytest.mark.parametrize(
    "poison",
    [b"not json", b"{}", b'{"type": 3}', b"", None, b"\xff\xfe", b'{"type":"it.refettorio.attendance.meal.served.v1"}'],
)
async def test_a_record_that_is_no_event_is_set_aside_whole_and_once(stage: Stage, poison: bytes | None) -> None:
    await stage.send(meal(1), partition=0)
    await stage.send_raw((b"gua_1", poison), partition=0)
    await stage.send(meal(2), partition=0)
    records = await stage.records()
    intake = Intake(stage.subscription(), stage.foundation.transactions, service=SERVICE)
    await intake.take(records)
    await intake.take(records)
    assert len(await stage.journal()) == 2
    (parked,) = await stage.set_aside()
    assert (parked["value"], parked["slug"], parked["offset"]) == (poison or b"", "illeggibile", 1)


async def test_a_record_too_large_for_a_dead_letter_is_kept_whole_and_told_of(stage: Stage) -> None:
    huge = b"x" * 950_000
    await stage.send_raw((b"gua_1", huge), partition=0)
    intake = Intake(stage.subscription(), stage.foundation.transactions, service=SERVICE)
    await intake.take(await stage.records())
    (parked,) = await stage.set_aside()
    assert parked["value"] == huge
    (row,) = await outbox_rows(stage.database)
    assert (row["value"], row["headers"]["left-out-bytes"]) == (b"", "950000")


async def test_a_header_that_is_null_or_not_text_loses_no_record(stage: Stage) -> None:
    headers = [("traceparent", None), ("x-old-system", b"\xe8\xff\x00"), ("x-empty", b"")]
    await stage.send(meal(1), meal(2), headers=headers)
    stage.run(stage.consumer(stage.subscription()).run)
    await eventually(lambda: all_settled(stage, 2))
    assert len(await stage.journal()) == 2
    assert await stage.set_aside() == []


async def test_a_type_that_nobody_knows_is_ignored_and_counted(stage: Stage) -> None:
    unknown = envelope_of(meal(1)).to_bytes().replace(b"meal.served.v1", b"meal.weighed.v7")
    await stage.send_raw((b"gua_1", unknown), partition=0)
    await stage.send(meal(2), partition=0)
    subscription = stage.subscription()
    consumer = stage.consumer(subscription)
    stage.run(consumer.run)
    await eventually(lambda: _committed(stage, consumer, 2))
    assert outcome(subscription, "ignored") == 1
    assert outcome(subscription, "taken") == 1
    assert await stage.set_aside() == []


async def _committed(stage: Stage, consumer: object, number: int) -> bool:
    return await stage.committed(consumer) == number  # type: ignore[arg-type]


async def test_an_event_that_comes_twice_has_its_effect_once(stage: Stage) -> None:
    envelope = envelope_of(meal(1))
    await stage.send_raw(*[(b"gua_1", envelope.to_bytes())] * 3, partition=0)
    subscription = stage.subscription()
    intake = Intake(subscription, stage.foundation.transactions, service=SERVICE)
    records = await stage.records()
    await intake.take(records)
    await intake.take(records[1:])
    assert len(await stage.journal()) == 1
    assert (outcome(subscription, "taken"), outcome(subscription, "known")) == (1, 4)


async def test_of_two_deliveries_at_once_the_loser_ends_as_already_known(stage: Stage) -> None:
    await stage.send(*[meal(number) for number in range(5)], partition=0)
    records = await stage.records()
    together = asyncio.Barrier(2)
    attempts: list[int] = []

    async def meet(transaction: Transaction, batch: Sequence[Received]) -> None:
        attempts.append(len(batch))
        if len(attempts) <= 2:
            await together.wait()  # both have read that nothing is known yet
        for received in batch:
            await count_meal(transaction, received)

    subscription = stage.subscription(meet)
    intakes = [Intake(subscription, stage.foundation.transactions, service=SERVICE) for _ in range(2)]
    await asyncio.wait_for(asyncio.gather(*[intake.take(records) for intake in intakes]), 30)
    assert len(await stage.journal()) == 5
    assert await stage.set_aside() == []
    assert (outcome(subscription, "taken"), outcome(subscription, "known")) == (5, 5)


async def test_a_marker_committed_after_our_snapshot_makes_the_event_known(stage: Stage) -> None:
    """The effect leaves no trace to collide with: only the marker itself can tell."""
    await stage.send(meal(1), partition=0)
    records = await stage.records()
    subscription_name = stage.subscription().name
    once = asyncio.Event()

    async def no_trace(transaction: Transaction, batch: Sequence[Received]) -> None:
        if not once.is_set():
            once.set()
            marker = {"_id": f"{subscription_name}:{batch[0].event_id}"}
            await stage.database["processed"].insert_one(marker)

    subscription = stage.subscription(no_trace)
    await Intake(subscription, stage.foundation.transactions, service=SERVICE).take(records)
    assert (outcome(subscription, "taken"), outcome(subscription, "known")) == (0, 1)


async def test_a_write_that_will_never_be_right_is_set_aside_not_waited_for(stage: Stage) -> None:
    await stage.database["journal"].create_index("only_one", unique=True)
    await stage.database["journal"].insert_one({"_id": "first", "only_one": 1})

    async def collide(transaction: Transaction, received: Received) -> None:
        await transaction.collection("journal").insert_many([{"_id": received.event_id, "only_one": 1}])

    await stage.send(meal(1), partition=0)
    subscription = stage.subscription(one_by_one(collide))
    intake = Intake(subscription, stage.foundation.transactions, service=SERVICE)
    await asyncio.wait_for(intake.take(await stage.records()), 20)
    (parked,) = await stage.set_aside()
    assert parked["slug"] == "errore-interno"
    assert parked["reason"].startswith("DuplicateKeyError")


async def test_what_can_pass_is_waited_for_in_place(stage: Stage) -> None:
    await stage.send(meal(1), partition=0)
    faults: list[Exception] = [RetryLater("banca"), mongo.MongoFault("away"), OSError(), TimeoutError()]
    seen: list[str | None] = []

    async def falter(transaction: Transaction, received: Received) -> None:
        seen.append(intake.waiting_because)
        if faults:
            raise faults.pop(0)
        await count_meal(transaction, received)

    intake = Intake(stage.subscription(one_by_one(falter)), stage.foundation.transactions, service=SERVICE)
    await asyncio.wait_for(intake.take(await stage.records()), 20)
    assert seen == [None, "RetryLater", "PyMongoError", "OSError", "TimeoutError"]
    assert intake.waiting_because is None
    assert len(await stage.journal()) == 1
    assert await stage.set_aside() == []


async def test_too_many_refusals_in_a_row_stop_the_consumer_with_a_clear_word(stage: Stage) -> None:
    await stage.send(*[meal(number) for number in range(130)], partition=0)
    everything = [meal(number).meal_id for number in range(130)]
    _, running = stage.run(stage.consumer(stage.subscription(refusing(*everything))).run)
    with pytest.raises(TooManyRefusalsError, match=r"100 events in a row were refused by .*tariffa-assente"):
        await asyncio.wait_for(running, 60)
    assert len(await stage.set_aside()) == 100


async def test_one_acceptance_in_between_begins_the_count_again(stage: Stage) -> None:
    numbers = range(150)
    refused = [meal(number).meal_id for number in numbers if number != 75]
    await stage.send(*[meal(number) for number in numbers], partition=0)
    intake = Intake(stage.subscription(refusing(*refused)), stage.foundation.transactions, service=SERVICE)
    await intake.take(await stage.records())
    assert (len(await stage.set_aside()), len(await stage.journal())) == (149, 1)
