"""The real store passes the scenarios of the memory store, and those that only a database can."""

import asyncio
from dataclasses import replace

from notify.domain.guardian import Channel
from notify.domain.outcome import Accepted
from notify.outbound.store import Store
from notify.usecases.claim_delivery import claim_delivery
from notify.usecases.forget_contact import forget_contact
from notify.usecases.learn_contact import learn_contact
from notify.usecases.ports import Parcel
from notify.usecases.record_receipt import record_receipt
from notify.usecases.write_letter import write_last_letter
from refettorio_chassis.transaction import Transaction
from tests.support.notify.code_scenarios import CodeScenarios, PreferenceScenarios
from tests.support.notify.mongo_bench import MongoBench
from tests.support.notify.retention_scenarios import RetentionScenarios
from tests.support.notify.scenarios import (
    MARIA,
    CommunicationScenarios,
    DeliveryScenarios,
    cause,
    claimed,
    contact,
    low_balance,
    reachable,
    settled,
)
from tests.support.notify.second_guardian_scenarios import LastLetterScenarios, SecondGuardianScenarios


class TestDeliveriesInMongo(DeliveryScenarios):
    pass


class TestCommunicationsInMongo(CommunicationScenarios):
    pass


class TestRetentionInMongo(RetentionScenarios):
    pass


class TestCodesInMongo(CodeScenarios):
    pass


class TestPreferencesInMongo(PreferenceScenarios):
    pass


class TestSecondGuardiansInMongo(SecondGuardianScenarios):
    pass


class TestLastLettersInMongo(LastLetterScenarios):
    pass


async def test_senders_at_the_same_time_never_take_the_same_delivery(bench: MongoBench) -> None:
    await reachable(bench, MARIA, "email")
    for number in range(10):
        await low_balance(bench, f"evt-{number}")

    async def take(number: int) -> Parcel | None:
        channel: Channel = "email"
        return await bench.run(claim_delivery, channel, token=f"t{number}", in_hand=())

    parcels = await asyncio.gather(*(take(number) for number in range(10)))
    taken = [parcel.delivery_id for parcel in parcels if parcel]
    assert len(taken) == len(set(taken)) == 10


async def test_the_same_fact_read_by_two_consumers_at_once_is_planned_once(bench: MongoBench) -> None:
    await reachable(bench, MARIA, "email")
    await asyncio.gather(*(low_balance(bench) for _ in range(5)))
    assert len(await bench.letters()) == 1
    assert len(await bench.deliveries()) == 1


async def test_everything_stored_comes_back_as_it_was(bench: MongoBench) -> None:
    await reachable(bench)
    await low_balance(bench)
    [letter] = await bench.letters()
    delivery = replace((await bench.deliveries())[0], attempts=3, segments=2, reason="smtp-451")

    async def save_and_read(transaction: Transaction) -> bool:
        store = Store(transaction)
        await store.save_delivery(delivery)
        guardian = await store.guardian(MARIA)
        return guardian is not None and await store.letter(letter.letter_id) == letter

    assert await bench.transactions.run(save_and_read, name="save and read")
    assert delivery in await bench.deliveries()


async def test_the_office_sees_addresses_masked(bench: MongoBench) -> None:
    await reachable(bench)
    await low_balance(bench)
    listed = await bench.queries.deliveries("planned")
    assert {each.masked_address for each in listed} == {"g***@example.it", "+39*******567"}
    assert await bench.queries.deliveries("sent") == []


async def test_a_contact_and_a_fact_that_arrive_together_never_miss_each_other(bench: MongoBench) -> None:
    """Seen: with plain reads each transaction missed what the other wrote, and the message was lost."""
    for number in range(20):
        guardian_id = f"gua_{number}"
        await asyncio.gather(
            low_balance(bench, f"evt-{number}", guardian_id), bench.run(learn_contact, guardian_id, contact())
        )
    assert len(await bench.deliveries()) == 20


async def test_bad_news_and_the_answer_that_arrive_together_never_miss_each_other(bench: MongoBench) -> None:
    """Seen: with plain reads the bad news was kept for an answer that had just been written."""
    await reachable(bench, MARIA, "sms")
    for number in range(20):
        await low_balance(bench, f"evt-{number}")
        parcel = await claimed(bench, "sms")
        assert parcel
        await asyncio.gather(
            settled(bench, parcel, Accepted(reference=f"a{number}", segments=1)),
            bench.run(record_receipt, "sms", f"a{number}", undeliverable="smsc-UNDELIV"),
        )
    assert {each.state for each in await bench.deliveries()} == {"failed"}
    assert await bench.transactions.view.collection("early_receipts").find({}) == []


async def test_the_office_sees_an_address_masked_that_only_the_message_still_has(bench: MongoBench) -> None:
    await reachable(bench, MARIA, "email")
    at = bench.clock.now()
    await bench.run(write_last_letter, MARIA, "erasure-answered", {}, happened_at=at, cause=cause())
    await bench.run(forget_contact, MARIA, contact_id="con_email_1")
    assert [each.masked_address for each in await bench.queries.deliveries("planned")] == ["g***@example.it"]
