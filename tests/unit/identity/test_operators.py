"""Operators of the tablets: named by the office, let in by their PIN, locked out by wrong ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from identity.domain.fiscal_code import FiscalCode
from identity.domain.operator import FIRST_LOCK, MOST_TRIES, Operator, good_pin
from identity.domain.operator_errors import (
    NotCanteenStaffError,
    OperatorKnownError,
    OperatorLockedError,
    OperatorUnknownError,
    PinMissingError,
    PinNotGoodError,
)
from identity.domain.roles import NOWHERE, Reach, common_reach
from identity.usecases.enter_pin import WrongPin, choose_pin, enter_pin, leave_tablet
from identity.usecases.grant_staff_roles import grant_staff_roles
from identity.usecases.name_operator import (
    OperatorWithCode,
    end_operator,
    lift_operator_lock,
    name_operator,
    renew_operator_code,
)
from identity.usecases.operators_of_tablet import operators_of_tablet
from refettorio_chassis.audit import Actor
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import TWIN, WAITING

CODE = "RSSMRA85T10A562S"
CLERK = Actor(subject="gua_9", role="office")
TABLET = Actor(subject="tab_1", role="tablet")
PIN = "274951"


async def canteen(*classes: str) -> Memory:
    """A paired tablet, and a person of the canteen staff."""
    memory = Memory()
    await memory.tablets.keep(WAITING.paired(credential_hash="c1", key_thumbprint="k1", device_name="Samsung", now=NOW))
    await grant_staff_roles(
        memory.ports, code=CODE, roles=["canteen"], reach=Reach(classes=frozenset(classes or ["*"])), by=CLERK
    )
    return memory


async def named(memory: Memory) -> OperatorWithCode:
    return await name_operator(memory.ports, code=CODE, name="Teresa", by=CLERK)


async def with_pin(memory: Memory) -> str:
    """An operator who has chosen a PIN and put the tablet down; their identifier."""
    made = await named(memory)
    operator_id = made.operator.operator_id
    await choose_pin(memory.ports, operator_id=operator_id, code=made.code, pin=PIN, by=TABLET)
    await leave_tablet(memory.ports, by=TABLET)
    memory.audit.lines.clear()
    return operator_id


def holder(memory: Memory) -> str | None:
    held = memory.tablets.kept["tab_1"].held
    return held.operator_id if held else None


async def test_a_code_of_the_office_chooses_a_pin_once_and_opens_the_tablet() -> None:
    memory = await canteen()
    made = await named(memory)
    operator_id = made.operator.operator_id
    typed = f"{made.code[:4]}-{made.code[4:]}"
    entered = await choose_pin(memory.ports, operator_id=operator_id, code=typed, pin=PIN, by=TABLET)
    assert isinstance(entered, Operator)
    assert (entered.state(NOW), holder(memory)) == ("ready", operator_id)
    assert not any(secret in str(memory.audit.lines) for secret in (PIN, made.code, CODE))
    with pytest.raises(PinMissingError):
        await choose_pin(memory.ports, operator_id=operator_id, code=made.code, pin=PIN, by=TABLET)
    await leave_tablet(memory.ports, by=TABLET)
    await leave_tablet(memory.ports, by=TABLET)
    assert holder(memory) is None
    assert isinstance(await enter_pin(memory.ports, operator_id=operator_id, pin=PIN, by=TABLET), Operator)
    assert holder(memory) == operator_id
    expected = ["operator-named", "operator-entered", "operator-pin-chosen", "operator-left", "operator-entered"]
    assert memory.audit.actions[1:] == expected


async def test_a_code_ends_after_a_day_and_a_wrong_one_counts_as_a_try() -> None:
    memory = await canteen()
    made = await named(memory)
    operator_id = made.operator.operator_id
    wrong = await choose_pin(memory.ports, operator_id=operator_id, code="XXXXXXXX", pin=PIN, by=TABLET)
    assert isinstance(wrong, WrongPin)
    assert (wrong.operator.tries_left, holder(memory)) == (MOST_TRIES - 1, None)
    memory.clock.advance(timedelta(hours=24))
    assert memory.operators.kept[operator_id].state(memory.clock.now()) == "expired"
    with pytest.raises(PinMissingError):
        await choose_pin(memory.ports, operator_id=operator_id, code=made.code, pin=PIN, by=TABLET)
    with pytest.raises(PinMissingError):
        await enter_pin(memory.ports, operator_id=operator_id, pin=PIN, by=TABLET)


async def test_five_wrong_pins_lock_for_a_quarter_of_an_hour_then_for_twice_that() -> None:
    memory = await canteen()
    operator_id = await with_pin(memory)

    async def tries(pin: str) -> Operator | WrongPin:
        return await enter_pin(memory.ports, operator_id=operator_id, pin=pin, by=TABLET)

    for lasts in (FIRST_LOCK, 2 * FIRST_LOCK, 4 * FIRST_LOCK):
        for left in (4, 3, 2, 1):
            wrong = await tries("000000")
            assert isinstance(wrong, WrongPin)
            assert wrong.operator.tries_left == left
        await tries("000000")
        memory.clock.advance(lasts - timedelta(seconds=1))
        with pytest.raises(OperatorLockedError):
            await tries(PIN)  # the right one neither
        memory.clock.advance(timedelta(seconds=1))
    assert holder(memory) is None
    assert isinstance(await tries(PIN), Operator)
    assert memory.operators.kept[operator_id].locks == 0
    assert memory.audit.actions.count("operator-locked") == 3


def test_a_lock_never_lasts_more_than_a_day() -> None:
    operator = Operator(
        operator_id="opr_1",
        fiscal_code=FiscalCode(CODE),
        name="x",
        named_at=NOW,
        tries=4,
        locks=40,
    )
    assert operator.tried_in_vain(NOW).locked_until == NOW + timedelta(days=1)


async def test_the_office_lifts_a_lock_gives_another_code_and_ends_an_operator() -> None:
    memory = await canteen()
    operator_id = await with_pin(memory)
    for _ in range(MOST_TRIES):
        await enter_pin(memory.ports, operator_id=operator_id, pin="000000", by=TABLET)
    await lift_operator_lock(memory.ports, operator_id=operator_id, by=CLERK)
    assert isinstance(await enter_pin(memory.ports, operator_id=operator_id, pin=PIN, by=TABLET), Operator)
    again = await renew_operator_code(memory.ports, operator_id=operator_id, by=CLERK)
    with pytest.raises(PinMissingError):
        await enter_pin(memory.ports, operator_id=operator_id, pin=PIN, by=TABLET)
    await choose_pin(memory.ports, operator_id=operator_id, code=again.code, pin="918273", by=TABLET)
    await end_operator(memory.ports, operator_id=operator_id, by=CLERK)
    with pytest.raises(OperatorUnknownError):
        await enter_pin(memory.ports, operator_id=operator_id, pin="918273", by=TABLET)
    with pytest.raises(OperatorUnknownError):
        await renew_operator_code(memory.ports, operator_id=operator_id, by=CLERK)
    assert (await named(memory)).operator.operator_id == operator_id


async def test_only_canteen_staff_are_named_and_once() -> None:
    memory = await canteen()
    await named(memory)
    with pytest.raises(OperatorKnownError):
        await named(memory)
    await grant_staff_roles(memory.ports, code=CODE, roles=["office"], reach=NOWHERE, by=CLERK)
    memory.operators.kept.clear()
    with pytest.raises(NotCanteenStaffError):
        await named(memory)
    memory.people.kept_grants.clear()
    with pytest.raises(NotCanteenStaffError):
        await named(memory)


async def test_a_tablet_offers_the_operators_of_its_classes_by_name() -> None:
    memory = await canteen("primaria-1a")
    first = (await named(memory)).operator
    second = replace(first, operator_id="opr_a", name="anna")
    stranger = replace(first, operator_id="opr_b", fiscal_code=TWIN.fiscal_code)
    for each in (second, stranger):
        await memory.operators.keep(each)
    tablet = memory.tablets.kept["tab_1"]
    offered = await operators_of_tablet(memory, tablet, NOW)
    assert [each.operator_id for each in offered] == ["opr_a", first.operator_id]
    elsewhere = replace(tablet, classes=frozenset({"infanzia-a"}))
    assert await operators_of_tablet(memory, elsewhere, NOW) == []
    await memory.tablets.keep(elsewhere)
    with pytest.raises(OperatorUnknownError):
        await enter_pin(memory.ports, operator_id=first.operator_id, pin=PIN, by=TABLET)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "²34567", "111111", "123456", "654321", "567890"])
def test_a_pin_anybody_tries_first_is_not_one(typed: str) -> None:
    with pytest.raises(PinNotGoodError):
        good_pin(typed)


@pytest.mark.parametrize("typed", [PIN, "890123", "001122"])
def test_another_pin_is(typed: str) -> None:
    assert good_pin(typed) == typed


@pytest.mark.parametrize(
    ("one", "other", "both"), [("*", "*", "*"), ("*", "a", "a"), ("a", "*", "a"), ("ab", "bc", "b"), ("a", "", "")]
)
def test_the_reach_of_two_is_what_both_reach(one: str, other: str, both: str) -> None:
    assert common_reach(frozenset(one), frozenset(other)) == frozenset(both)
