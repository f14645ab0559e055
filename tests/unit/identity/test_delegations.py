"""A guardian lets another adult act for them: to whom, what, until when, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from stdnum.it import codicefiscale

from identity.domain.delegation import MOST_DELEGATES, Delegation, latest_last_day
from identity.domain.errors import (
    DelegateNotAdultError,
    DelegateSelfError,
    DelegationDayError,
    DelegationScopeError,
    DelegationUnknownError,
    FiscalCodeInvalidError,
    TooManyDelegatesError,
)
from identity.domain.fiscal_code import FiscalCode, birth_day
from identity.usecases.authorise_delegate import authorise_delegate
from identity.usecases.revoke_delegation import revoke_delegation
from refettorio_chassis.audit import Actor
from refettorio_chassis.clock import rome_day
from refettorio_contracts.identity import DelegateAuthorised, DelegateRevoked
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import GRANDMOTHER, MARIO, TWIN

TODAY = rome_day(NOW)  # 6 October 2025
LAST_DAY = date(2026, 6, 30)
PARENT = Actor(subject="gua_1", role="guardian")
DELEGATE = Actor(subject="gua_7", role="guardian")
BORN_7_OCTOBER_2007 = "RSSMRA07R07A562L"


async def town() -> Memory:
    memory = Memory()
    await memory.people.keep_guardian(MARIO)
    return memory


async def given(memory: Memory, code: str = GRANDMOTHER.fiscal_code, *scopes: str, **changed: date) -> Delegation:
    last_day = changed.get("last_day", LAST_DAY)
    return await authorise_delegate(memory.ports, code=code, scopes=scopes, last_day=last_day, by=PARENT)


async def test_a_delegate_who_never_signed_in_is_authorised_told_of_and_written_down() -> None:
    memory = await town()
    made = await given(memory, f"tinit-{GRANDMOTHER.fiscal_code.lower()}", "pay")
    assert (made.guardian_id, made.delegate, set(made.scopes)) == ("gua_1", GRANDMOTHER.fiscal_code, {"see", "pay"})
    assert list(await memory.delegations.received_by(GRANDMOTHER.fiscal_code)) == [made]
    [(event, sequence)] = memory.announced
    assert event == DelegateAuthorised(
        guardian_id="gua_1", delegation_id=made.delegation_id, scopes=("pay", "see"), last_day=LAST_DAY
    )
    assert sequence == memory.people.guardians["gua_1"].version == 2
    [line] = memory.audit.lines
    assert (line.who, line.what, line.subject) == ("gua_1", "delegate-authorised", "gua_1")
    assert made.delegate not in str(line)


async def test_given_again_to_the_same_person_it_is_the_same_changed() -> None:
    memory = await town()
    first = await given(memory, GRANDMOTHER.fiscal_code, "pay")
    second = await given(memory, last_day=LAST_DAY + timedelta(days=1))
    assert second == replace(first, scopes=frozenset({"see"}), last_day=date(2026, 7, 1))
    assert list(await memory.delegations.given_by("gua_1")) == [second]
    await revoke_delegation(memory.ports, delegation_id=first.delegation_id, by=PARENT)
    assert (await given(memory)).revoked_at is None


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (MARIO.fiscal_code, DelegateSelfError),
        ("RSSMRA85T10A562X", FiscalCodeInvalidError),
        (BORN_7_OCTOBER_2007, DelegateNotAdultError),
        ("12345678903", DelegateNotAdultError),
    ],
)
async def test_only_another_adult_can_be_a_delegate(code: str, error: type[Exception]) -> None:
    memory = await town()
    with pytest.raises(error):
        await given(memory, code)
    assert (memory.announced, memory.audit.lines, memory.delegations.kept) == ([], [], {})


async def test_who_turns_eighteen_today_is_an_adult() -> None:
    memory = await town()
    memory.clock.advance(timedelta(days=1))
    assert (await given(memory, BORN_7_OCTOBER_2007)).delegate == BORN_7_OCTOBER_2007


@pytest.mark.parametrize("scope", ["counter", "enrol", "*", ""])
async def test_what_is_the_guardian_s_alone_cannot_be_given(scope: str) -> None:
    memory = await town()
    with pytest.raises(DelegationScopeError):
        await given(memory, GRANDMOTHER.fiscal_code, "see", scope)


@pytest.mark.parametrize("last_day", [TODAY - timedelta(days=1), date(2027, 9, 1)])
async def test_a_delegation_ends_between_today_and_the_end_of_the_next_school_year(last_day: date) -> None:
    memory = await town()
    with pytest.raises(DelegationDayError):
        await given(memory, last_day=last_day)
    for day in (TODAY, date(2027, 8, 31)):
        assert (await given(memory, last_day=day)).last_day == day


def test_a_school_year_ends_in_august() -> None:
    assert [latest_last_day(day).year for day in (date(2026, 8, 31), date(2026, 9, 1))] == [2027, 2028]


async def test_nobody_has_more_delegates_than_a_family_needs() -> None:
    memory = await town()
    for number in range(MOST_DELEGATES):
        delegate = FiscalCode(f"{number}")
        await memory.delegations.keep(
            Delegation(
                delegation_id=f"del_{number}",
                guardian_id="gua_1",
                delegate=delegate,
                scopes=frozenset({"see"}),
                given_at=NOW,
                last_day=TODAY,
            )
        )
    with pytest.raises(TooManyDelegatesError):
        await given(memory)
    memory.clock.advance(timedelta(days=1))  # those of yesterday count no more
    await given(memory)


async def test_a_delegation_is_over_at_once_when_the_guardian_takes_it_back() -> None:
    memory = await town()
    made = await given(memory)
    over = await revoke_delegation(memory.ports, delegation_id=made.delegation_id, by=PARENT)
    assert (made.holds(LAST_DAY), over.holds(TODAY)) == (True, False)
    event, sequence = memory.announced[-1]
    assert event == DelegateRevoked(guardian_id="gua_1", delegation_id=made.delegation_id, is_given_up=False)
    assert sequence == 3
    assert memory.audit.actions == ["delegate-authorised", "delegate-revoked"]
    with pytest.raises(DelegationUnknownError):
        await revoke_delegation(memory.ports, delegation_id=made.delegation_id, by=PARENT)


async def test_a_delegate_may_give_it_up_and_nobody_else_may_end_it() -> None:
    memory = await town()
    for each in (GRANDMOTHER, TWIN):
        await memory.people.keep_guardian(each)
    made = await given(memory)
    with pytest.raises(DelegationUnknownError):
        await revoke_delegation(memory.ports, delegation_id=made.delegation_id, by=replace(PARENT, subject="gua_2"))
    await revoke_delegation(memory.ports, delegation_id=made.delegation_id, by=DELEGATE)
    line = memory.audit.lines[-1]
    assert (line.who, line.role, line.subject) == ("gua_7", "delegate", "gua_1")
    event, _ = memory.announced[-1]
    assert isinstance(event, DelegateRevoked)
    assert event.is_given_up


@pytest.mark.parametrize("code", [MARIO.fiscal_code, TWIN.fiscal_code, GRANDMOTHER.fiscal_code, BORN_7_OCTOBER_2007])
def test_the_day_of_birth_is_what_another_library_reads(code: FiscalCode) -> None:
    assert birth_day(code, TODAY) == codicefiscale.get_birth_date(code, minyear=TODAY.year - 99)


def test_who_may_be_ten_or_a_hundred_and_ten_is_taken_for_ten() -> None:
    assert birth_day(FiscalCode("RSSMRA15R06A562X"), TODAY) == date(2015, 10, 6)
    assert birth_day(FiscalCode("RSSMRA25R07A562X"), TODAY) == date(1925, 10, 7)
    assert birth_day(FiscalCode("12345678903"), TODAY) is None
