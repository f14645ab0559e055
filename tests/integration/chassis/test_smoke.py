"""The whole way once: a use case announces, the relay sends, a consumer takes in and announces in turn."""

from refettorio_chassis.consuming import Received, Subscription, one_by_one
from refettorio_chassis.testing import eventually
from refettorio_chassis.transaction import Transaction
from refettorio_contracts import Envelope, Event, read
from refettorio_contracts.attendance import MealServed
from refettorio_contracts.ledger import MealCharged
from refettorio_contracts.topics import ACCOUNTS, MEALS
from tests.integration.chassis.stage import Stage, count_meal, meal


async def charge(transaction: Transaction, received: Received) -> None:
    event = received.event
    assert isinstance(event, MealServed)
    await count_meal(transaction, received)
    transaction.announce(
        MealCharged(
            account_id=event.account_id,
            balance_cents=-510,
            transfer_id=f"trf_{event.meal_id}",
            meal_id=event.meal_id,
            pupil_id=event.pupil_id,
            day=event.day,
            amount_cents=510,
            tariff_version="meals-standard-2025",
        )
    )


async def test_an_announced_event_is_taken_in_once_and_leads_to_another(stage: Stage) -> None:
    account = f"gua_{stage.name}"
    subscription = Subscription(name=f"{stage.name}-meals", topics=[MEALS], on_batch=one_by_one(charge))
    stage.run(stage.relay().run)
    consumer = stage.consumer(subscription)
    stage.run(consumer.run)

    async def serve(transaction: Transaction) -> str:
        await transaction.collection("sheets").insert_one({"_id": account})
        return transaction.announce(meal(1, account), sequence=1)

    event_id = await stage.foundation.transactions.run(serve, name="serve")

    async def charged() -> list[Envelope[Event]]:
        read_ones = [read(record.value) for record in await stage.records(ACCOUNTS.name)]
        return [each for each in read_ones if each.causationid == event_id]

    (answer,) = await eventually(charged, within_seconds=30, what="the charge on the accounts topic")
    assert answer.correlationid == event_id
    assert answer.source == "/comuni/019058/refettorio/ledger"
    assert [row["_id"] for row in await stage.journal(account=account)] == [meal(1, account).meal_id]
    marker = await stage.database["processed"].find_one({"_id": f"{stage.name}-meals:{event_id}"})
    assert marker is not None
