"""Who of the staff read what about whom is kept, once an hour, and found by the person."""

from datetime import UTC, datetime, timedelta

from refettorio_chassis.audit import AUDIT, Acting, Actor, audit_line
from refettorio_chassis.auth import Caller
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.readings import KEPT_FOR, MOST_NAMED, READINGS, Readings
from refettorio_chassis.transaction import Transaction
from tests.integration.chassis.stage import Stage

NOON = datetime(2025, 10, 6, 12, tzinfo=UTC)
CLERK = Caller(subject="gua_clerk", roles=frozenset({"guardian", "office"}))
AT_THE_COUNTER = Acting(who="gua_other", capacity="clerk")
A_DELEGATE = Acting(who="gua_9", capacity="delegate")
FAMILY = Caller(subject="gua_1", roles=frozenset({"guardian"}))


def readings_of(stage: Stage, clock: FixedClock) -> Readings:
    return Readings(stage.foundation.transactions.view, clock)


async def test_a_reading_is_found_by_whom_it_is_about_and_by_nobody_else(stage: Stage) -> None:
    readings = readings_of(stage, FixedClock(NOON))
    await readings.note(CLERK, "account-read", ["gua_1"], of="gua_1")
    [access] = await readings.about("gua_1")
    assert (access.at, access.who, access.role, access.what) == (NOON, "gua_clerk", "office", "account-read")
    assert await readings.about("gua_2") == []


async def test_reading_the_same_again_within_the_hour_adds_nothing_and_later_it_does(stage: Stage) -> None:
    clock = FixedClock(NOON)
    readings = readings_of(stage, clock)
    for _ in range(3):
        await readings.note(CLERK, "pupils-listed", ["gua_1"])
        clock.advance(timedelta(minutes=10))
    await readings.note(CLERK, "pupils-listed", ["gua_1", "gua_2"])
    assert await stage.counted(READINGS) == 1
    assert len(await readings.about("gua_2")) == 1
    clock.advance(timedelta(hours=1))
    await readings.note(CLERK, "pupils-listed", ["gua_1"])
    assert [each.at for each in await readings.about("gua_1")] == [NOON + timedelta(minutes=90), NOON]


async def test_ones_own_data_and_a_familys_own_reading_leave_no_line(stage: Stage) -> None:
    readings = readings_of(stage, FixedClock(NOON))
    await readings.note(FAMILY, "notice-read", ["gua_1"])
    await readings.note(CLERK, "account-read", ["gua_clerk"])
    await readings.note(CLERK, "accounts-listed", [])
    assert await stage.counted(READINGS) == 0


async def test_a_list_too_long_to_name_its_people_is_about_everybody(stage: Stage) -> None:
    readings = readings_of(stage, FixedClock(NOON))
    await readings.note(CLERK, "accounts-listed", (f"gua_{number}" for number in range(MOST_NAMED + 1)))
    [access] = await readings.about("gua_who_came_later")
    assert access.what == "accounts-listed"


async def test_a_reading_goes_after_two_years_and_not_before(stage: Stage) -> None:
    clock = FixedClock(NOON)
    readings = readings_of(stage, clock)
    await readings.note(CLERK, "account-read", ["gua_1"], of="gua_1")
    clock.advance(KEPT_FOR)
    assert (await readings.forget(), await stage.counted(READINGS)) == (0, 1)
    clock.advance(timedelta(seconds=1))
    assert (await readings.forget(), await stage.counted(READINGS)) == (1, 0)


async def test_what_the_staff_did_stands_beside_what_they_read_and_names_who_sat_at_the_counter(stage: Stage) -> None:
    readings = readings_of(stage, FixedClock(NOON))
    acts = (
        audit_line(Actor(subject="gua_clerk", role="office"), "accept-application", "app_1", at=NOON),
        audit_line(Actor(subject="gua_1", role="guardian", acting=AT_THE_COUNTER), "request-refund", "ref_1", at=NOON),
        audit_line(Actor(subject="gua_1", role="guardian"), "channel-preferred", "gua_1", at=NOON),
        audit_line(Actor(subject="gua_2", role="guardian", acting=AT_THE_COUNTER), "accept", "app_1", at=NOON),
        audit_line(Actor(subject="gua_2", role="guardian", acting=A_DELEGATE), "look", "app_1", at=NOON),
    )

    async def do_all(transaction: Transaction) -> None:
        for act in acts:
            await transaction.audit(act)

    await stage.foundation.transactions.run(do_all, name="do all")
    assert await stage.counted(AUDIT) == len(acts)
    found = {(each.who, each.what) for each in await readings.about("gua_1", ["app_1"])}
    of_both = {("gua_clerk", "accept-application"), ("gua_other", "accept")}
    assert found == of_both | {("gua_other", "request-refund")}


async def test_of_some_acts_only_those_on_what_is_the_persons_concern_them(stage: Stage) -> None:
    readings = readings_of(stage, FixedClock(NOON))
    clerk = Actor(subject="gua_clerk", role="office")
    acts = [audit_line(clerk, what, subject, at=NOON) for what in ("reopen", "close") for subject in ("1a", "1b")]

    async def do_all(transaction: Transaction) -> None:
        for act in acts:
            await transaction.audit(act)

    await stage.foundation.transactions.run(do_all, name="do all")
    assert [each.what for each in await readings.about("gua_1", deeds={"reopen": ["1a"], "close": []})] == ["reopen"]
    assert await readings.about("gua_1", deeds={"reopen": ["1c"]}) == []
