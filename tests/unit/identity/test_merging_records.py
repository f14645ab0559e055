"""Two records of one person become one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from identity.domain.contact import Contact
from identity.domain.errors import (
    GuardianUnknownError,
    OwnRecordError,
    RecordShutError,
    RolesOnBothError,
    SameRecordError,
    StaffRecordError,
    UnlikeRecordsError,
)
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.levels import Levels
from identity.domain.roles import NOWHERE, StaffGrant
from identity.domain.sign_in import Browser
from identity.usecases.complete_sign_in import SignedIn, complete_sign_in
from identity.usecases.find_people import find_people
from identity.usecases.grant_staff_roles import grant_staff_roles
from identity.usecases.merge_records import merge_records
from identity.usecases.read_person_record import read_person_record
from identity.usecases.start_sign_in import start_sign_in
from refettorio_chassis.audit import Actor
from refettorio_chassis.clock import rome_day
from refettorio_contracts.identity import ContactVerified, GuardianMerged
from tests.support.identity_memory import NOW, PROVIDER, Memory, statement
from tests.support.identity_scenarios import MARIO, OPEN

CLERK = Actor(subject="gua_clerk", role="office")
ADMINISTRATOR = Actor(subject="gua_admin", role="administrator")
PROVISIONAL = replace(MARIO, guardian_id="gua_2", fiscal_code=FiscalCode("00000000018"))
STRANGER = replace(MARIO, guardian_id="gua_3", fiscal_code=FiscalCode("BNCNNA80A41D142F"), given_name="Anna")
GRANT = StaffGrant(
    staff_id="stf_2",
    fiscal_code=PROVISIONAL.fiscal_code,
    roles=frozenset({"office"}),
    classes=frozenset(),
    granted_at=NOW,
    granted_by="command-line",
)


async def memory(*others: Guardian) -> Memory:
    made = Memory()
    for each in (MARIO, PROVISIONAL, *others):
        await made.people.keep_guardian(each)
    await made.sessions.open(replace(OPEN, guardian_id="gua_2"))
    return made


async def merge(made: Memory, left: str = "gua_2", kept: str = "gua_1", by: Actor = CLERK) -> Guardian:
    return await merge_records(made.ports, guardian_id=left, into_id=kept, reason="Codice definitivo", by=by)


async def signed_in(made: Memory, code: str) -> str:
    made.federation.answer = replace(statement(), fiscal_number=f"TINIT-{code}")
    begun = await start_sign_in(
        made.ports, scheme="spid", provider=PROVIDER, next_path="/portale/", levels=Levels(), browser=Browser()
    )
    [relay_state] = made.sign_ins.waiting
    browser = Browser(sign_in_secret=begun.browser_secret)
    outcome = await complete_sign_in(made.ports, scheme="spid", document=b"", relay_state=relay_state, browser=browser)
    assert isinstance(outcome, SignedIn)
    return next(iter(made.sessions.open_ones.values())).guardian_id


def contact(number: int, guardian_id: str, address: str) -> Contact:
    return Contact(
        contact_id=f"con_{number}",
        guardian_id=guardian_id,
        channel="email",
        address=address,
        verified_by="one-time-code",
        verified_at=NOW,
    )


async def test_sessions_end_both_codes_lead_to_the_kept_record_and_the_others_are_told() -> None:
    made = await memory()
    await merge(made)
    assert made.sessions.open_ones == {}
    assert (GuardianMerged(guardian_id="gua_2", into_guardian_id="gua_1"), 2) in made.announced
    assert await signed_in(made, PROVISIONAL.fiscal_code) == "gua_1"
    assert [(line.what, line.subject) for line in made.audit.lines][:2] == [
        ("person-merged", "gua_2"),
        ("person-merged", "gua_1"),
    ]
    assert {line.reason for line in made.audit.lines[:2]} == {"Codice definitivo"}


async def test_contacts_are_carried_over_but_for_those_known_or_removed() -> None:
    made = await memory()
    for each in (
        contact(1, "gua_1", "mario@posta.example"),
        replace(contact(2, "gua_1", "vecchia@posta.example"), removed_at=NOW),
        contact(3, "gua_2", "mario@posta.example"),
        contact(4, "gua_2", "vecchia@posta.example"),
        contact(5, "gua_2", "nuova@posta.example"),
    ):
        await made.people.keep_contact(each)
    kept = await merge(made)
    assert [each.contact_id for each in await made.people.contacts("gua_1")] == ["con_1", "con_5"]
    told = [(event, sequence) for event, sequence in made.announced if isinstance(event, ContactVerified)]
    assert [(event.guardian_id, event.contact_id, sequence) for event, sequence in told] == [("gua_1", "con_5", 2)]
    assert (kept.version, await made.people.guardian("gua_1")) == (2, kept)


async def test_roles_are_carried_over_by_an_administrator() -> None:
    made = await memory()
    await made.people.keep_grant(GRANT)
    with pytest.raises(StaffRecordError):
        await merge(made)
    await merge(made, by=ADMINISTRATOR)
    carried = await made.people.grant_of(MARIO.fiscal_code)
    assert carried is not None
    assert (carried.roles, await made.people.grant_of(PROVISIONAL.fiscal_code)) == (frozenset({"office"}), None)


async def test_roles_that_were_taken_back_give_way_and_roles_on_both_are_refused() -> None:
    made = await memory()
    own = replace(GRANT, staff_id="stf_1", fiscal_code=MARIO.fiscal_code, roles=frozenset())
    for each in (GRANT, own):
        await made.people.keep_grant(each)
    await merge(made, by=ADMINISTRATOR)
    carried, left = made.people.kept_grants["stf_1"], made.people.kept_grants["stf_2"]
    assert (carried.roles, carried.fiscal_code, left.roles) == (GRANT.roles, MARIO.fiscal_code, frozenset())
    made = await memory()
    for each in (GRANT, replace(own, roles=GRANT.roles)):
        await made.people.keep_grant(each)
    with pytest.raises(RolesOnBothError):
        await merge(made, by=ADMINISTRATOR)


async def test_said_twice_it_is_once_and_a_closed_record_is_not_merged_again() -> None:
    made = await memory(STRANGER)
    await merge(made)
    told = len(made.announced)
    await merge(made)
    assert len(made.announced) == told
    for left, kept in (("gua_2", "gua_3"), ("gua_3", "gua_2"), ("gua_1", "gua_2")):
        with pytest.raises(RecordShutError):
            await merge(made, left, kept, ADMINISTRATOR)


async def test_a_chain_leads_to_its_end() -> None:
    final = replace(MARIO, guardian_id="gua_9", fiscal_code=FiscalCode("RSSMRA85T10A56NH"))
    made = await memory(final)
    await merge(made)
    await merge(made, "gua_1", "gua_9")
    assert await signed_in(made, PROVISIONAL.fiscal_code) == "gua_9"


async def test_people_who_are_nothing_alike_are_merged_by_an_administrator_alone() -> None:
    made = await memory(STRANGER)
    with pytest.raises(UnlikeRecordsError):
        await merge(made, "gua_3")
    await merge(made, "gua_3", by=ADMINISTRATOR)


@pytest.mark.parametrize("administrator", [MARIO, STRANGER])
async def test_nobody_alone_leads_a_strangers_code_to_the_role_of_an_administrator(administrator: Guardian) -> None:
    made = await memory(STRANGER)
    grant = replace(GRANT, fiscal_code=administrator.fiscal_code, roles=frozenset({"administrator"}))
    await made.people.keep_grant(grant)
    with pytest.raises(UnlikeRecordsError):
        await merge(made, "gua_3", by=ADMINISTRATOR)
    assert (made.announced, made.audit.lines) == ([], [])
    await made.people.keep_grant(replace(grant, last_day=rome_day(NOW) - timedelta(days=1)))
    await merge(made, "gua_3", by=ADMINISTRATOR)


async def test_an_administrator_whose_code_changed_is_merged_as_anybody_of_the_staff() -> None:
    made = await memory()
    await made.people.keep_grant(replace(GRANT, roles=frozenset({"administrator"})))
    await merge(made, by=ADMINISTRATOR)
    carried = await made.people.grant_of(MARIO.fiscal_code)
    assert carried is not None
    assert carried.roles == {"administrator"}


async def test_what_cannot_be_merged() -> None:
    made = await memory()
    with pytest.raises(SameRecordError):
        await merge(made, "gua_1")
    for own in ("gua_1", "gua_2"):
        with pytest.raises(OwnRecordError):
            await merge(made, by=Actor(subject=own, role="administrator"))
    for left, kept in (("gua_x", "gua_1"), ("gua_2", "gua_x")):
        with pytest.raises(GuardianUnknownError):
            await merge(made, left, kept)
    assert (made.announced, made.audit.lines) == ([], [])


async def test_merged_records_are_found_and_no_longer_pointed_out() -> None:
    made = await memory()
    assert len((await read_person_record(made.ports, guardian_id="gua_1", by=CLERK)).likenesses) == 1
    await merge(made)
    for each in ("gua_1", "gua_2"):
        assert (await read_person_record(made.ports, guardian_id=each, by=CLERK)).likenesses == []
    found = (await find_people(made.ports, text="rossi", by=CLERK)).guardians
    assert {each.guardian_id: each.merged_into for each in found} == {"gua_1": None, "gua_2": "gua_1"}


async def test_what_is_given_to_a_code_that_was_merged_is_given_to_the_person() -> None:
    made = await memory()
    await merge(made)
    given = await grant_staff_roles(
        made.ports, code=PROVISIONAL.fiscal_code, roles=["office"], reach=NOWHERE, by=ADMINISTRATOR
    )
    assert given.fiscal_code == MARIO.fiscal_code
