"""Who acts for a guardian, by a delegation or at the counter: whom the gate takes them for, how far, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from identity.domain.access import Kind
from identity.domain.acting import COUNTER_SCOPES
from identity.domain.errors import ActingNotAllowedError, DelegationUnknownError, GuardianUnknownError
from identity.domain.levels import Levels
from identity.domain.roles import StaffGrant
from identity.domain.session import SessionLimits
from identity.usecases.act_for_guardian import act_as_delegate, act_at_counter, stop_acting
from identity.usecases.authorize_request import (
    ACTING_PATH,
    Admitted,
    Arrival,
    Refusal,
    Stopped,
    authorize_request,
)
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Acting, Actor
from refettorio_chassis.clock import rome_day
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import DELEGATION, GRANDMOTHER, MARIO, OPEN, TWIN

SECRET = "r" + "1" * 64
OTHER_SECRET = "r" + "2" * 64
SESSION = replace(OPEN, session_id=fingerprint(SECRET), guardian_id=GRANDMOTHER.guardian_id)
DELEGATE = Actor(subject=GRANDMOTHER.guardian_id, role="guardian")
CLERK = Actor(subject=GRANDMOTHER.guardian_id, role="office")
GRANT = StaffGrant(
    staff_id="stf_1",
    fiscal_code=GRANDMOTHER.fiscal_code,
    roles=frozenset({"office", "canteen"}),
    classes=frozenset({"*"}),
    granted_at=NOW,
    granted_by="command-line",
)
HALF_AN_HOUR = timedelta(minutes=30)
PATIENT = SessionLimits(idle=timedelta(days=400), absolute=timedelta(days=400))


async def town(*, clerk: bool = False) -> Memory:
    """Teresa signed in, with a delegation of Mario's; she is of the office too, if `clerk`."""
    memory = Memory()
    for each in (MARIO, TWIN, GRANDMOTHER):
        await memory.people.keep_guardian(each)
    await memory.sessions.open(SESSION)
    await memory.delegations.keep(DELEGATION)
    if clerk:
        await memory.people.keep_grant(GRANT)
    return memory


async def as_delegate() -> Memory:
    memory = await town(clerk=True)
    await act_as_delegate(memory.ports, delegation_id="del_1", session=SESSION.reference, by=DELEGATE)
    return memory


async def at_counter() -> Memory:
    memory = await town(clerk=True)
    await act_at_counter(
        memory.ports, guardian_id="gua_1", reason="Non ha lo SPID", session=SESSION.reference, by=CLERK
    )
    return memory


async def arrives(memory: Memory, path: str = "/portale/", method: str = "GET") -> Admitted | Stopped:
    headers = {"sec-fetch-site": "same-origin"}
    arrival = Arrival(method=method, path=path, headers=headers, session_secret=SECRET, tablet_secret=None)
    return await authorize_request(
        memory, arrival, public_url="https://x", levels=Levels(), limits=PATIENT, now=memory.clock.now()
    )


async def admitted(memory: Memory) -> Admitted:
    verdict = await arrives(memory)
    assert isinstance(verdict, Admitted)
    return verdict


def is_themselves_again(verdict: Admitted) -> bool:
    return (verdict.subject, verdict.acting, verdict.acting_is_over) == (GRANDMOTHER.guardian_id, None, True)


async def test_a_delegate_is_taken_for_the_guardian_within_the_scopes_and_without_roles_of_their_own() -> None:
    found = await admitted(await as_delegate())
    assert (found.subject, found.acting) == ("gua_1", Acting(who="gua_7", capacity="delegate"))
    assert (set(found.roles), set(found.classes), set(found.scopes)) == ({"guardian"}, set(), {"see", "pay"})
    assert found.session_id == SESSION.reference


async def test_a_clerk_at_the_counter_is_taken_for_the_guardian_too() -> None:
    found = await admitted(await at_counter())
    assert (found.subject, found.acting) == ("gua_1", Acting(who="gua_7", capacity="clerk"))
    assert (set(found.roles), set(found.scopes)) == ({"guardian"}, set(COUNTER_SCOPES))


async def test_without_acting_a_person_is_themselves() -> None:
    found = await admitted(await town(clerk=True))
    assert (found.subject, found.acting, found.acting_is_over) == ("gua_7", None, False)
    assert "office" in found.roles


async def test_scopes_are_those_the_delegation_has_now() -> None:
    memory = await as_delegate()
    await memory.delegations.keep(replace(DELEGATION, scopes=frozenset({"see"})))
    assert (await admitted(memory)).scopes == {"see"}


async def test_a_delegation_taken_back_ends_acting_at_once() -> None:
    memory = await as_delegate()
    await memory.delegations.keep(DELEGATION.revoked(NOW))
    assert is_themselves_again(await admitted(memory))


async def test_a_delegation_ends_with_its_last_day_in_rome() -> None:
    memory = await as_delegate()
    memory.clock.moment = NOW.replace(year=2026, month=6, day=30, hour=21, minute=59)
    assert (await admitted(memory)).subject == "gua_1"
    memory.clock.advance(timedelta(minutes=1))  # midnight in Rome
    assert is_themselves_again(await admitted(memory))


@pytest.mark.parametrize("changed", [{"guardian_id": "gua_2"}, {"delegate": TWIN.fiscal_code}])
async def test_only_one_s_own_delegation_for_that_guardian_counts(changed: dict[str, str]) -> None:
    memory = await as_delegate()
    await memory.delegations.keep(replace(DELEGATION, **changed))  # type: ignore[arg-type]
    assert is_themselves_again(await admitted(memory))


async def test_at_the_counter_it_ends_by_itself_after_half_an_hour() -> None:
    memory = await at_counter()
    memory.clock.advance(HALF_AN_HOUR - timedelta(seconds=1))
    assert (await admitted(memory)).subject == "gua_1"
    memory.clock.advance(timedelta(seconds=1))
    assert is_themselves_again(await admitted(memory))


async def test_at_the_counter_it_ends_with_the_role_of_the_office() -> None:
    memory = await at_counter()
    await memory.people.keep_grant(replace(GRANT, roles=frozenset({"administrator"})))
    assert is_themselves_again(await admitted(memory))


async def test_who_acted_for_a_person_that_is_gone_is_themselves_again() -> None:
    memory = await as_delegate()
    del memory.people.guardians["gua_1"]
    assert is_themselves_again(await admitted(memory))


@pytest.mark.parametrize("shut", [{"died_on": date(2025, 10, 1)}, {"merged_into": "gua_9"}])
async def test_nobody_acts_under_a_record_that_is_shut(shut: dict[str, Any]) -> None:
    for memory in (await as_delegate(), await at_counter()):
        memory.people.guardians["gua_1"] = replace(memory.people.guardians["gua_1"], **shut)
        assert is_themselves_again(await admitted(memory))


async def test_who_acts_does_not_reach_the_pages_of_the_staff() -> None:
    assert await arrives(await at_counter(), "/ufficio/") == Stopped(reason=Refusal.ACTING, kind=Kind.PAGE)


async def test_who_does_not_know_that_it_is_over_changes_nothing_of_their_own_by_mistake() -> None:
    memory = await as_delegate()
    await memory.delegations.keep(DELEGATION.revoked(NOW))
    api = "/api/identity/v1/me/sessions"
    assert await arrives(memory, api, "DELETE") == Stopped(reason=Refusal.ACTING_OVER, kind=Kind.API)
    assert isinstance(await arrives(memory, api), Admitted)
    assert isinstance(await arrives(memory, ACTING_PATH, "DELETE"), Admitted)
    await stop_acting(memory.ports, session=SESSION.reference, person="gua_7")
    assert isinstance(await arrives(memory, api, "DELETE"), Admitted)


async def test_both_are_named_when_acting_begins_and_when_it_ends() -> None:
    memory = await at_counter()
    await stop_acting(memory.ports, session=SESSION.reference, person="gua_7")
    await stop_acting(memory.ports, session=SESSION.reference, person="gua_7")
    begun, ended = memory.audit.lines
    assert (begun.who, begun.role, begun.what, begun.subject) == ("gua_7", "office", "acting-begun", "gua_1")
    assert (begun.reason, begun.details["until"]) == ("Non ha lo SPID", (NOW + HALF_AN_HOUR).isoformat())
    assert (ended.who, ended.role, ended.what, ended.subject) == ("gua_7", "clerk", "acting-ended", "gua_1")
    [line] = (await as_delegate()).audit.lines
    assert (line.who, line.role, line.what, line.subject) == ("gua_7", "delegate", "acting-begun", "gua_1")


async def test_nobody_begins_by_a_delegation_that_is_over_or_of_others() -> None:
    memory = await town()
    for by, delegation_id in ((DELEGATE, "del_9"), (replace(DELEGATE, subject="gua_2"), "del_1")):
        with pytest.raises(DelegationUnknownError):
            await act_as_delegate(memory.ports, delegation_id=delegation_id, session=SESSION.reference, by=by)
    await memory.delegations.keep(DELEGATION.revoked(NOW))
    with pytest.raises(DelegationUnknownError):
        await act_as_delegate(memory.ports, delegation_id="del_1", session=SESSION.reference, by=DELEGATE)
    assert not (await admitted(memory)).acting_is_over


async def test_nobody_begins_to_act_for_who_died_or_was_merged() -> None:
    memory = await town()
    for shut in (replace(MARIO, died_on=rome_day(NOW)), replace(MARIO, merged_into="gua_9")):
        await memory.people.keep_guardian(shut)
        with pytest.raises(DelegationUnknownError):
            await act_as_delegate(memory.ports, delegation_id="del_1", session=SESSION.reference, by=DELEGATE)
    assert memory.audit.lines == []


async def test_nobody_acts_at_the_counter_for_themselves_for_a_stranger_or_for_the_dead() -> None:
    memory = await town(clerk=True)
    await memory.people.keep_guardian(replace(TWIN, died_on=rome_day(NOW)))
    for guardian_id, error in (
        ("gua_2", ActingNotAllowedError),
        ("gua_7", ActingNotAllowedError),
        ("gua_9", GuardianUnknownError),
    ):
        with pytest.raises(error):
            await act_at_counter(memory.ports, guardian_id=guardian_id, reason="x", session=SESSION.reference, by=CLERK)
    assert memory.audit.lines == []


async def test_it_is_one_session_that_acts_and_not_the_person() -> None:
    memory = await as_delegate()
    elsewhere = replace(SESSION, session_id=fingerprint(OTHER_SECRET))
    await memory.sessions.open(elsewhere)
    assert (await memory.sessions.session(elsewhere.session_id)) == elsewhere
    found = await memory.sessions.session(SESSION.session_id)
    assert found is not None
    assert found.acting is not None
