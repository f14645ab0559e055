"""Who died is shut out at once, and comes back when it was a mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from identity.domain.errors import (
    AlreadyDeceasedError,
    DeathDayRefusedError,
    GuardianUnknownError,
    NotDeceasedError,
    OwnRecordError,
    RecordShutError,
    ShutOutError,
    StaffRecordError,
)
from identity.domain.levels import Levels
from identity.domain.roles import StaffGrant
from identity.domain.session import SessionLimits
from identity.domain.sign_in import Browser
from identity.usecases.authorize_request import Admitted, Arrival, Refusal, Stopped, authorize_request
from identity.usecases.close_record import mark_deceased, mark_living
from identity.usecases.complete_sign_in import NotSignedIn, SignedIn, complete_sign_in
from identity.usecases.secrecy import fingerprint
from identity.usecases.start_sign_in import start_sign_in
from refettorio_chassis.audit import Actor
from refettorio_contracts.identity import GuardianDeceased, GuardianFoundLiving
from tests.support.identity_memory import NOW, PROVIDER, Memory
from tests.support.identity_scenarios import MARIO, OPEN

CLERK = Actor(subject="gua_clerk", role="office")
ADMINISTRATOR = Actor(subject="gua_admin", role="administrator")
YESTERDAY = date(2025, 10, 5)


async def memory() -> Memory:
    made = Memory()
    await made.people.keep_guardian(MARIO)
    await made.sessions.open(OPEN)
    return made


async def deceased(made: Memory, died_on: date = YESTERDAY, by: Actor = CLERK) -> None:
    await mark_deceased(made.ports, guardian_id="gua_1", died_on=died_on, reason="Anagrafe", by=by)


async def signing_in(made: Memory) -> SignedIn | NotSignedIn:
    begun = await start_sign_in(
        made.ports, scheme="spid", provider=PROVIDER, next_path="/portale/", levels=Levels(), browser=Browser()
    )
    [relay_state] = made.sign_ins.waiting
    browser = Browser(sign_in_secret=begun.browser_secret)
    return await complete_sign_in(made.ports, scheme="spid", document=b"", relay_state=relay_state, browser=browser)


async def test_sessions_end_the_door_stays_shut_and_the_others_are_told() -> None:
    made = await memory()
    await deceased(made)
    assert made.sessions.open_ones == {}
    outcome = await signing_in(made)
    assert isinstance(outcome, NotSignedIn)
    assert isinstance(outcome.reason, ShutOutError)
    assert made.sessions.open_ones == {}
    assert made.announced == [(GuardianDeceased(guardian_id="gua_1", died_on=YESTERDAY), 2)]
    line = made.audit.lines[0]
    assert (line.what, line.subject, line.reason) == ("person-deceased", "gua_1", "Anagrafe")


async def test_a_session_that_slipped_through_opens_nothing() -> None:
    made = await memory()
    await deceased(made)
    await made.sessions.open(replace(OPEN, session_id=fingerprint("left")))
    arrival = Arrival(method="GET", path="/portale/", headers={}, session_secret="left", tablet_secret=None)

    async def asked() -> Admitted | Stopped:
        return await authorize_request(
            made, arrival, public_url="https://x", levels=Levels(), limits=SessionLimits(), now=NOW
        )

    stopped = await asked()
    assert isinstance(stopped, Stopped)
    assert stopped.reason is Refusal.NOT_SIGNED_IN
    await mark_living(made.ports, guardian_id="gua_1", reason="Errore", by=CLERK)
    assert isinstance(await asked(), Admitted)


async def test_a_mistake_is_taken_back_once() -> None:
    made = await memory()
    await deceased(made)
    await mark_living(made.ports, guardian_id="gua_1", reason="Omonimo", by=CLERK)
    assert isinstance(await signing_in(made), SignedIn)
    assert (GuardianFoundLiving(guardian_id="gua_1"), 3) in made.announced
    assert "person-found-living" in made.audit.actions
    with pytest.raises(NotDeceasedError):
        await mark_living(made.ports, guardian_id="gua_1", reason="Omonimo", by=CLERK)


async def test_said_twice_it_is_once_and_another_day_is_refused() -> None:
    made = await memory()
    await deceased(made)
    await deceased(made)
    assert len(made.announced) == len(made.audit.lines) == 1
    with pytest.raises(AlreadyDeceasedError):
        await deceased(made, date(2025, 10, 1))


async def test_nobody_dies_tomorrow_and_nobody_unknown_dies() -> None:
    made = await memory()
    await deceased(made, date(2025, 10, 6))
    with pytest.raises(DeathDayRefusedError):
        await deceased(await memory(), date(2025, 10, 7))
    with pytest.raises(GuardianUnknownError):
        await deceased(Memory())


async def test_a_clerk_shuts_out_neither_themselves_nor_the_staff() -> None:
    made = await memory()
    with pytest.raises(OwnRecordError):
        await deceased(made, by=Actor(subject="gua_1", role="administrator"))
    grant = StaffGrant(
        staff_id="stf_1",
        fiscal_code=MARIO.fiscal_code,
        roles=frozenset({"office"}),
        classes=frozenset(),
        granted_at=NOW,
        granted_by="command-line",
        last_day=YESTERDAY,
    )
    await made.people.keep_grant(replace(grant, last_day=None))
    with pytest.raises(StaffRecordError):
        await deceased(made)
    await deceased(made, by=ADMINISTRATOR)
    with pytest.raises(StaffRecordError):
        await mark_living(made.ports, guardian_id="gua_1", reason="Errore", by=CLERK)
    await made.people.keep_grant(grant)
    await mark_living(made.ports, guardian_id="gua_1", reason="Errore", by=CLERK)


async def test_who_died_is_written_on_the_record_that_is_kept() -> None:
    made = await memory()
    await made.people.keep_guardian(replace(MARIO, merged_into="gua_9"))
    with pytest.raises(RecordShutError):
        await deceased(made)
    assert (made.announced, made.audit.lines) == ([], [])
