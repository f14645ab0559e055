"""The ledger's events on a real Kafka, down to the refusal of a form."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from enrollment.domain.errors import DebtOutstandingError
from enrollment.domain.identifiers import GuardianId
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.listening import Consumer
from refettorio_chassis.process import Service
from refettorio_chassis.testing import eventually, producing
from refettorio_contracts.ledger import DebtOpened, DebtSettled, MealCharged
from tests.unit.enrollment.town import Town


async def test_a_debt_told_by_the_ledger_stops_the_form_until_it_is_settled(service: Service, town: Town) -> None:
    holder = GuardianId(f"gua_{uuid4().hex}")
    await town.enrolled_last_year(holder)
    settings = service.foundation.settings
    await create_topics(settings.kafka_bootstrap_servers)
    consumer = Consumer(
        bootstrap_servers=settings.kafka_bootstrap_servers, service="enrollment", group_prefix=settings.group_prefix
    )
    for subscription in service.subscriptions:
        consumer.add(subscription, service.foundation.transactions)
    stop = asyncio.Event()
    running = asyncio.create_task(consumer.run(stop))

    async def debt_is(cents: int) -> bool:
        row = await service.foundation.transactions.view.collection("holders").find_one({"_id": holder})
        return row is not None and row["debt_cents"] == cents

    try:
        async with producing(settings.kafka_bootstrap_servers) as publish:
            await publish(
                DebtOpened(account_id=holder, balance_cents=-10, service="meals", school_year="2024/25", debt_cents=10)
            )
            await publish(charge(holder, balance_cents=-520))
            await eventually(lambda: debt_is(520), within_seconds=60, what="the debt")
            with pytest.raises(DebtOutstandingError):
                await town.submit(holder)
            await publish(DebtSettled(account_id=holder, balance_cents=0, service="meals"))
            await eventually(lambda: debt_is(0), within_seconds=60, what="the settlement")
            await town.submit(holder)
    finally:
        stop.set()
        await running


def charge(account_id: str, *, balance_cents: int) -> MealCharged:
    return MealCharged(
        account_id=account_id,
        balance_cents=balance_cents,
        transfer_id="t",
        meal_id="pup_1.2025-06-03.1",
        pupil_id="pup_1",
        day=date(2025, 6, 3),
        amount_cents=510,
        tariff_version="v1",
    )
