"""What every store of the ledger must make true about pupils who change school during the year."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from ledger.domain.accounts import revenue_account
from ledger.domain.families import Families
from ledger.domain.tariff_rules import Flat, Portion
from ledger.usecases.charge_subscriptions import charge_subscriptions, due_in
from ledger.usecases.know_enrolment import change_ride, end_enrolment, move_pupil
from ledger.usecases.ports import Ports
from ledger.usecases.publish_tariff import publish_tariff
from tests.support.ledger_rating_scenarios import JUNE, SEPTEMBER, enrolled
from tests.support.ledger_scenarios import Bench, balance, proved
from tests.support.ledger_subscription_scenarios import NOVEMBER, OCTOBER, bus, rated_again, ridden

ENROLMENT = "enr-transport-pup_1"
LAST_THERE, FIRST_ELSEWHERE = date(2025, 10, 19), date(2025, 10, 20)
HALLOWEEN = date(2025, 10, 31)


async def moved(bench: Bench, school_id: str, level: str | None = "secondaria1", day: date = FIRST_ELSEWHERE) -> None:
    await bench.run(move_pupil, ENROLMENT, school_id=school_id, school_level=level, first_day=day)


async def stays(bench: Bench) -> list[tuple[str, date, date]]:
    async def asked(ports: Ports) -> Any:
        return await ports.families.stays_of(ENROLMENT)

    return [(each.school_id, each.valid_from, each.valid_to) for each in await bench.run(asked)]


async def who_changes_school_is_in_each_on_its_own_days(bench: Bench) -> None:
    await enrolled(bench, "pup_1", service="transport")
    for _ in range(2):
        await moved(bench, "media")
    assert await stays(bench) == [("primaria", SEPTEMBER, LAST_THERE), ("media", FIRST_ELSEWHERE, JUNE)]

    async def level_on(ports: Ports, day: date) -> str | None:
        found = Families(enrolments=await ports.families.enrolments(["gua_1"]))
        return found.school_level("pup_1", "transport", day)

    assert await bench.run(level_on, LAST_THERE) == "primaria"
    assert await bench.run(level_on, FIRST_ELSEWHERE) == "secondaria1"
    await moved(bench, "altra", None)
    assert await stays(bench) == [("primaria", SEPTEMBER, LAST_THERE), ("altra", FIRST_ELSEWHERE, JUNE)]
    assert await bench.run(level_on, FIRST_ELSEWHERE) == "secondaria1"


async def another_class_of_the_same_school_changes_nothing(bench: Bench) -> None:
    await enrolled(bench, "pup_1", service="transport")
    await moved(bench, "primaria", "primaria")
    await moved(bench, "primaria", None)
    assert await stays(bench) == [("primaria", SEPTEMBER, JUNE)]


async def a_move_on_the_first_day_leaves_no_trace_of_the_other_school(bench: Bench) -> None:
    await enrolled(bench, "pup_1", service="transport")
    await moved(bench, "media", day=SEPTEMBER)
    assert await stays(bench) == [("media", SEPTEMBER, JUNE)]


async def who_moved_and_left_is_in_no_school_afterwards(bench: Bench) -> None:
    await enrolled(bench, "pup_1", service="transport")
    await moved(bench, "media")
    for enrolment_id in (ENROLMENT, "enr-nobody"):
        await bench.run(end_enrolment, enrolment_id, HALLOWEEN)
    assert await stays(bench) == [("primaria", SEPTEMBER, LAST_THERE), ("media", FIRST_ELSEWHERE, HALLOWEEN)]

    async def rides_on(ports: Ports, day: date) -> bool:
        found = Families(enrolments=await ports.families.enrolments(["gua_1"]))
        return found.is_enrolled("pup_1", "transport", day)

    days = (LAST_THERE, FIRST_ELSEWHERE, HALLOWEEN, date(2025, 11, 1))
    assert [await bench.run(rides_on, day) for day in days] == [True, True, True, False]
    await bench.run(end_enrolment, ENROLMENT, date(2025, 10, 10))
    assert [await bench.run(rides_on, day) for day in days] == [False] * 4


async def a_month_is_paid_once_and_to_the_school_it_began_in(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000)))
    await ridden(bench, "pup_1")
    await moved(bench, "media")
    for period in (OCTOBER, NOVEMBER):
        assert await bench.run(charge_subscriptions, await bench.run(due_in, period)) == 1
    assert await balance(bench) == -4_000
    for school in ("primaria", "media"):
        assert await balance(bench, revenue_account("transport", school, 0)) == 2_000
    await proved(bench)


async def rode_one_way(bench: Bench, day: date) -> None:
    await bench.run(change_ride, ENROLMENT, kind="one-way", first_day=day)


async def kinds_of_stays(bench: Bench) -> list[tuple[str, str, date, date]]:
    async def asked(ports: Ports) -> Any:
        return await ports.families.stays_of(ENROLMENT)

    return [(each.kind, each.school_id, each.valid_from, each.valid_to) for each in await bench.run(asked)]


async def who_rides_one_way_from_a_day_on_pays_it_from_the_next_month(bench: Bench) -> None:
    half = (Portion(kind="one-way", percent=50),)
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000), portions=half))
    await ridden(bench, "pup_1")
    for _ in range(2):
        await rode_one_way(bench, FIRST_ELSEWHERE)
    assert await kinds_of_stays(bench) == [
        ("full", "primaria", SEPTEMBER, LAST_THERE),
        ("one-way", "primaria", FIRST_ELSEWHERE, JUNE),
    ]
    for period, owed in ((OCTOBER, -2_000), (NOVEMBER, -3_000)):
        assert await bench.run(charge_subscriptions, await bench.run(due_in, period)) == 1
        assert await balance(bench) == owed
    await proved(bench)


async def a_ride_changed_afterwards_is_rated_again_by_differences_once(bench: Bench) -> None:
    half = (Portion(kind="one-way", percent=50),)
    await bench.run(publish_tariff, bus(Flat(price_cents=2_000), portions=half))
    await ridden(bench, "pup_1")
    for period in (OCTOBER, NOVEMBER):
        await bench.run(charge_subscriptions, await bench.run(due_in, period))
    await rode_one_way(bench, NOVEMBER.first)
    for _ in range(2):
        await rated_again(bench)
        assert await balance(bench) == -2_000 - 1_000
    await rode_one_way(bench, SEPTEMBER)
    await rated_again(bench)
    assert await balance(bench) == -1_000 - 1_000
    await proved(bench)


async def another_ride_holds_in_every_school_after_its_day(bench: Bench) -> None:
    await enrolled(bench, "pup_1", service="transport")
    await moved(bench, "media")
    await rode_one_way(bench, date(2025, 10, 1))
    assert await kinds_of_stays(bench) == [
        ("full", "primaria", SEPTEMBER, date(2025, 9, 30)),
        ("one-way", "primaria", date(2025, 10, 1), LAST_THERE),
        ("one-way", "media", FIRST_ELSEWHERE, JUNE),
    ]


async def nobody_knows_where_an_unknown_pupil_moves(bench: Bench) -> None:
    await moved(bench, "media")
    assert await stays(bench) == []


MOVING_SCENARIOS: tuple[Callable[[Bench], Awaitable[None]], ...] = (
    who_changes_school_is_in_each_on_its_own_days,
    another_class_of_the_same_school_changes_nothing,
    a_move_on_the_first_day_leaves_no_trace_of_the_other_school,
    who_moved_and_left_is_in_no_school_afterwards,
    a_month_is_paid_once_and_to_the_school_it_began_in,
    nobody_knows_where_an_unknown_pupil_moves,
    who_rides_one_way_from_a_day_on_pays_it_from_the_next_month,
    a_ride_changed_afterwards_is_rated_again_by_differences_once,
    another_ride_holds_in_every_school_after_its_day,
)
