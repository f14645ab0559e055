"""Enrollment's events on a real Kafka, down to the sheet: pupils, names and closures, each on its own topic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

import pytest

from attendance.domain.errors import ClassNotFoundError
from attendance.domain.identifiers import AccountId, ClassId
from attendance.inbound.shapes import SheetShape
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.listening import Consumer
from refettorio_chassis.process import Service
from refettorio_chassis.testing import eventually, producing
from refettorio_contracts.enrollment import PupilMoved, SchoolDayClosed, SecondGuardianAccepted, SecondGuardianEnded
from tests.unit.attendance.canteen import Canteen, enrolled, named

DAY = date(2025, 10, 6)


@pytest.fixture
async def listening(service: Service) -> AsyncIterator[str]:
    """The consumers of the service run; the address of Kafka."""
    settings = service.foundation.settings
    await create_topics(settings.kafka_bootstrap_servers)
    consumer = Consumer(
        bootstrap_servers=settings.kafka_bootstrap_servers, service="attendance", group_prefix=settings.group_prefix
    )
    for subscription in service.subscriptions:
        consumer.add(subscription, service.foundation.transactions)
    stop = asyncio.Event()
    running = asyncio.create_task(consumer.run(stop))
    yield settings.kafka_bootstrap_servers
    stop.set()
    await running


async def test_what_enrollment_tells_is_on_the_sheet(listening: str, canteen: Canteen) -> None:
    mark = uuid4().hex[:8]
    school, here, there = f"school-{mark}", ClassId(f"here-{mark}"), ClassId(f"there-{mark}")
    ada, ugo = f"pup_ada{mark}", f"pup_ugo{mark}"

    async def sheet_is(class_id: ClassId, state: str, *names: str) -> bool:
        try:
            shape = SheetShape.of(await canteen.picture(class_id, DAY))
        except ClassNotFoundError:
            return False
        return (shape.state, [line.given_name for line in shape.pupils]) == (state, list(names))

    async with producing(listening) as publish:
        await publish(named(ada, "Ada", "Neri"))
        for pupil in (ada, ugo):
            await publish(enrolled(pupil, f"gua_{mark}", here).model_copy(update={"school_id": school}))
        await publish(named(ugo, "Ugo", "Neri"))
        await eventually(lambda: sheet_is(here, "open", "Ada", "Ugo"), within_seconds=60, what="the roster")
        moved = PupilMoved(
            pupil_id=ugo,
            enrolment_id=f"enr_{ugo}_meals",
            school_id=school,
            class_id=there,
            valid_from=date(2025, 10, 1),
        )
        await publish(moved)
        await publish(SchoolDayClosed(school_id=school, day=DAY, reason="Neve"))
        await eventually(lambda: sheet_is(there, "no-service", "Ugo"), within_seconds=60, what="the move")
        await eventually(lambda: sheet_is(here, "no-service", "Ada"), within_seconds=60, what="the closure")


async def test_a_second_guardian_comes_and_goes_as_enrollment_tells(listening: str, canteen: Canteen) -> None:
    mark = uuid4().hex[:8]
    told = {"pupil_id": f"pup_{mark}", "account_id": f"gua_{mark}", "guardian_id": f"gua_second{mark}"}

    async def sees(pupils: list[str]) -> bool:
        found = await canteen.reads.seen_beside_others(AccountId(told["guardian_id"]))
        return [each.pupil_id for each in found] == pupils

    async with producing(listening) as publish:
        await publish(SecondGuardianAccepted(**told))
        await eventually(lambda: sees([told["pupil_id"]]), within_seconds=60, what="the second guardian")
        await publish(SecondGuardianEnded(**told, ended_by="second"))
        await eventually(lambda: sees([]), within_seconds=60, what="the end")
