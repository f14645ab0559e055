"""The ledger's events on a real Kafka, down to the refusal of a form."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

import pytest

from enrollment.domain.debt_block import DebtBlock, Lifting
from enrollment.domain.errors import DebtOutstandingError
from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.look_at_debt import look_at_debt
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.listening import Consumer
from refettorio_chassis.process import Service
from refettorio_chassis.testing import eventually, producing
from refettorio_contracts import Event
from refettorio_contracts.ledger import (
    DebtExempted,
    DebtOpened,
    DebtSettled,
    Instalment,
    InstalmentPlanGranted,
    MealCharged,
    PaymentBegan,
    PaymentNetworkCameBack,
    PaymentNetworkWentDown,
)
from tests.unit.enrollment.town import Town, answers_for

PATIENCE_SECONDS: Final = 60

Publish = Callable[[Event], Awaitable[object]]


@asynccontextmanager
async def hearing(service: Service) -> AsyncIterator[Publish]:
    """The service listens; what is published is heard sooner or later."""
    settings = service.foundation.settings
    await create_topics(settings.kafka_bootstrap_servers)
    consumer = Consumer(
        bootstrap_servers=settings.kafka_bootstrap_servers, service="enrollment", group_prefix=settings.group_prefix
    )
    for subscription in service.subscriptions:
        consumer.add(subscription, service.foundation.transactions)
    stop = asyncio.Event()
    running = asyncio.create_task(consumer.run(stop))
    try:
        async with producing(settings.kafka_bootstrap_servers) as publish:
            yield publish
    finally:
        stop.set()
        await running


async def becomes(town: Town, holder: GuardianId, wanted: Callable[[DebtBlock | None], bool], what: str) -> None:
    async def is_so() -> bool:
        return wanted(await look_at_debt(town.reads, town.clock, holder, "2025/26"))

    await eventually(is_so, within_seconds=PATIENCE_SECONDS, what=what)


def lifted(by: Lifting | None) -> Callable[[DebtBlock | None], bool]:
    return lambda block: block is not None and block.lifted_by is by


@pytest.fixture
async def holder(town: Town) -> GuardianId:
    """Somebody whose child used the service last year; new for each test, for the topic keeps what was told before."""
    holder = GuardianId(f"gua_{uuid4().hex}")
    await town.enrolled_last_year(holder)
    return holder


def opened(holder: GuardianId, cents: int = 520) -> DebtOpened:
    return DebtOpened(account_id=holder, balance_cents=-cents, service="meals", school_year="2024/25", debt_cents=cents)


async def test_a_debt_told_by_the_ledger_stops_the_form_until_it_is_settled(
    service: Service, town: Town, holder: GuardianId
) -> None:
    async with hearing(service) as publish:
        await publish(opened(holder, 10))
        await publish(charge(holder, balance_cents=-520))
        await becomes(town, holder, lambda block: block is not None and block.debt_cents == 520, "the debt")
        with pytest.raises(DebtOutstandingError):
            await town.submit(holder)
        await publish(DebtSettled(account_id=holder, balance_cents=0, service="meals"))
        await becomes(town, holder, lambda block: block is None, "the settlement")
        await town.submit(holder)


async def test_a_payment_begun_lets_the_form_through_and_then_the_block_is_back(
    service: Service, town: Town, holder: GuardianId
) -> None:
    now = town.clock.now()
    until = now + timedelta(minutes=30)
    began = PaymentBegan(
        account_id=holder, notice_number="301000000000012345", amount_cents=520, began_at=now, counts_until=until
    )
    async with hearing(service) as publish:
        await publish(opened(holder))
        await publish(began)
        await becomes(town, holder, lifted(Lifting.PAYMENT_IN_FLIGHT), "the payment in flight")
        await town.submit(holder)
        town.clock.moment = until
        with pytest.raises(DebtOutstandingError):
            await town.submit(holder, answers=answers_for("RSSLCU", date(2019, 5, 5)))


async def test_the_switch_of_the_payment_network_suspends_the_block(
    service: Service, town: Town, holder: GuardianId
) -> None:
    async with hearing(service) as publish:
        await publish(opened(holder))
        await publish(PaymentNetworkWentDown(since=town.clock.now()))
        await becomes(town, holder, lifted(Lifting.NETWORK_DOWN), "the network down")
        await publish(PaymentNetworkCameBack())
        await becomes(town, holder, lifted(None), "the network up again")
        with pytest.raises(DebtOutstandingError):
            await town.submit(holder)


async def test_what_the_office_decided_about_a_debt_holds_for_the_form(
    service: Service, town: Town, holder: GuardianId
) -> None:
    today = town.clock.now().date()
    part = Instalment(due_date=today + timedelta(days=30), amount_cents=520)
    async with hearing(service) as publish:
        await publish(opened(holder))
        await publish(InstalmentPlanGranted(account_id=holder, plan_id="pla_1", instalments=(part,)))
        await becomes(town, holder, lifted(Lifting.ON_PLAN), "the plan")
        await publish(DebtExempted(account_id=holder, exemption_id="exe_1", until=today))
        await becomes(town, holder, lifted(Lifting.EXEMPT), "the exemption")
        await town.submit(holder)


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
