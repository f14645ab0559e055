"""A person asks for erasure; the office answers; what is granted goes at once and stays away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from identity.domain.contact_code import ContactCodes, WaitingContact
from identity.domain.erasure import ErasureRequest, answer_by
from identity.domain.erasure_errors import ErasureOverError, ErasureUnknownError, ErasureWaitsError, OwnErasureError
from identity.domain.levels import Levels
from identity.domain.retention import ERASURES
from identity.domain.sign_in import Browser
from identity.usecases.ask_erasure import ask_erasure, withdraw_erasure
from identity.usecases.complete_sign_in import complete_sign_in
from identity.usecases.decide_erasure import decide_erasure
from identity.usecases.forget_old_erasures import forget_old_erasures
from identity.usecases.merge_records import merge_records
from identity.usecases.start_sign_in import start_sign_in
from refettorio_chassis.audit import Actor
from refettorio_contracts.identity import ChannelPreferred, ContactRemoved, DelegateRevoked, ErasureAnswered
from tests.support.identity_erasures import ASKED_ERASURE
from tests.support.identity_memory import NOW, PROVIDER, Memory
from tests.support.identity_scenarios import DELEGATION, GRANDMOTHER, MAIL, MARIO, OPEN, TWIN

PARENT = Actor(subject="gua_1", role="guardian")
CLERK = Actor(subject="gua_9", role="office")


async def asked() -> tuple[Memory, ErasureRequest]:
    """Mario has contacts, one that waits for its code, a delegate, somebody he acts for, and two sessions."""
    memory = Memory()
    for person in (replace(MARIO, preferred_channel="sms"), GRANDMOTHER):
        await memory.people.keep_guardian(person)
    for contact in (MAIL, replace(MAIL, contact_id="con_2", address="vecchia@posta.example", removed_at=NOW)):
        await memory.people.keep_contact(contact)
    await memory.people.keep_contact(replace(MAIL, contact_id="con_7", guardian_id="gua_7"))
    waiting = WaitingContact(contact_id="con_3", channel="sms", address="+39333", code_hash="h", expires_at=NOW)
    await memory.contact_codes.keep(ContactCodes(guardian_id="gua_1", waiting=waiting))
    received = replace(DELEGATION, delegation_id="del_2", guardian_id="gua_7", delegate=MARIO.fiscal_code)
    for delegation in (DELEGATION, received):
        await memory.delegations.keep(delegation)
    for session in (OPEN, replace(OPEN, session_id="s2"), replace(OPEN, session_id="s7", guardian_id="gua_7")):
        await memory.sessions.open(session)
    return memory, await ask_erasure(memory.ports, by=PARENT)


async def grant(memory: Memory, request: ErasureRequest, by: Actor = CLERK) -> ErasureRequest:
    return await decide_erasure(
        memory.ports, request_id=request.request_id, is_granted=True, reason="Nulla da tenere", by=by
    )


async def refuse(memory: Memory, request: ErasureRequest) -> ErasureRequest:
    return await decide_erasure(
        memory.ports, request_id=request.request_id, is_granted=False, reason="Debito aperto", by=CLERK
    )


@pytest.mark.parametrize(
    ("asked_on", "due"),
    [
        (date(2025, 10, 6), date(2025, 11, 6)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2025, 12, 31), date(2026, 1, 31)),
    ],
)
def test_the_answer_is_due_in_a_month(asked_on: date, due: date) -> None:
    assert answer_by(asked_on) == due


async def test_one_request_waits_at_a_time_and_may_be_taken_back_while_it_does() -> None:
    memory, first = await asked()
    with pytest.raises(ErasureWaitsError):
        await ask_erasure(memory.ports, by=PARENT)
    for _ in range(2):
        await withdraw_erasure(memory.ports, request_id=first.request_id, by=PARENT)
    second = await ask_erasure(memory.ports, by=PARENT)
    assert [each.state for each in memory.erasures.kept.values()] == ["withdrawn", "open"]
    assert memory.audit.actions == ["erasure-asked", "erasure-withdrawn", "erasure-asked"]
    await grant(memory, second)
    with pytest.raises(ErasureOverError):
        await withdraw_erasure(memory.ports, request_id=second.request_id, by=PARENT)


async def test_nobody_takes_back_what_another_asked() -> None:
    memory, request = await asked()
    for name in (request.request_id, "era_9"):
        with pytest.raises(ErasureUnknownError):
            await withdraw_erasure(memory.ports, request_id=name, by=replace(PARENT, subject="gua_7"))
    assert memory.erasures.kept[request.request_id].is_open


async def test_what_is_granted_goes_at_once_and_name_and_code_stay() -> None:
    memory, request = await asked()
    decided = await grant(memory, request)
    assert (decided.state, decided.reason, decided.decided_by) == ("granted", "Nulla da tenere", "gua_9")
    assert list(memory.people.kept_contacts) == ["con_7"]
    assert memory.contact_codes.kept["gua_1"].waiting is None
    assert [each.revoked_at for each in memory.delegations.kept.values()] == [NOW, NOW]
    assert list(memory.sessions.open_ones) == ["s7"]
    person = memory.people.guardians["gua_1"]
    assert (person.fiscal_code, person.full_name, person.preferred_channel) == (MARIO.fiscal_code, "Mario Rossi", None)


async def test_the_others_hear_of_each_in_order_and_the_audit_has_no_address() -> None:
    memory, request = await asked()
    await grant(memory, request)
    own = [(type(event), sequence) for event, sequence in memory.announced if event.guardian_id == "gua_1"]  # type: ignore[attr-defined] # all of them are about a guardian
    kinds = [ErasureAnswered, DelegateRevoked, ContactRemoved, ContactRemoved, ChannelPreferred]
    assert own == [(kind, MARIO.version + number) for number, kind in enumerate(kinds, start=1)]
    ended = [event for event, _ in memory.announced if isinstance(event, DelegateRevoked)]
    assert [(each.guardian_id, each.is_given_up) for each in ended] == [("gua_1", False), ("gua_7", True)]
    line = next(each for each in memory.audit.lines if each.what == "erasure-granted")
    assert (line.who, line.role, line.subject, line.reason) == ("gua_9", "office", "gua_1", "Nulla da tenere")
    assert "posta.example" not in str(memory.audit.lines)


async def test_granted_twice_it_is_once_and_answered_it_stays_so() -> None:
    memory, request = await asked()
    decided = await grant(memory, request)
    lines, told = list(memory.audit.lines), list(memory.announced)
    assert await grant(memory, request) == decided
    assert (memory.audit.lines, memory.announced) == (lines, told)
    with pytest.raises(ErasureOverError):
        await refuse(memory, request)


@pytest.mark.parametrize(("state", "contacts"), [("granted", 0), ("refused", 2)])
async def test_contacts_that_were_erased_do_not_come_back_with_a_sign_in(state: str, contacts: int) -> None:
    memory = Memory()
    await memory.people.keep_guardian(MARIO)
    await memory.erasures.keep(ASKED_ERASURE.decided(state, by="gua_9", reason="Nulla", at=NOW))
    begun = await start_sign_in(
        memory.ports,
        scheme="spid",
        provider=PROVIDER,
        next_path="/portale/x",
        levels=Levels(chosen={}),
        browser=Browser(),
    )
    [relay_state] = memory.sign_ins.waiting
    browser = Browser(sign_in_secret=begun.browser_secret)
    await complete_sign_in(memory.ports, scheme="spid", document=b"", relay_state=relay_state, browser=browser)
    assert (len(memory.people.kept_contacts), len(memory.sessions.open_ones)) == (contacts, 1)


async def test_refused_nothing_goes_and_the_reason_stays() -> None:
    memory, request = await asked()
    assert (await refuse(memory, request)).reason == "Debito aperto"
    assert (len(memory.people.kept_contacts), len(memory.sessions.open_ones)) == (3, 3)
    answered = ErasureAnswered(guardian_id="gua_1", request_id=request.request_id, is_granted=False)
    assert memory.announced == [(answered, MARIO.version + 1)]
    assert memory.audit.lines[-1].what == "erasure-refused"


async def test_nobody_answers_their_own_request_nor_one_that_is_not() -> None:
    memory, request = await asked()
    with pytest.raises(OwnErasureError):
        await grant(memory, request, by=replace(CLERK, subject="gua_1"))
    with pytest.raises(ErasureUnknownError):
        await grant(memory, replace(ASKED_ERASURE, request_id="era_9"))
    assert len(memory.people.kept_contacts) == 3


async def test_a_request_goes_with_the_record_that_is_kept() -> None:
    memory, request = await asked()
    await memory.people.keep_guardian(TWIN)
    other = replace(ASKED_ERASURE, request_id="era_8", guardian_id=TWIN.guardian_id)
    await memory.erasures.keep(other)
    await merge_records(memory.ports, guardian_id="gua_1", into_id=TWIN.guardian_id, reason="Una persona", by=CLERK)
    own = await memory.erasures.of_guardian(TWIN.guardian_id)
    assert {each.request_id: each.state for each in own} == {"era_8": "open", request.request_id: "withdrawn"}


async def test_answered_requests_go_after_five_years() -> None:
    memory, request = await asked()
    await grant(memory, request)
    memory.clock.advance(ERASURES.kept_for)
    assert await forget_old_erasures(memory.ports) == {"erasures": 0}
    memory.clock.advance(timedelta(seconds=1))
    assert await forget_old_erasures(memory.ports) == {"erasures": 1}
    assert memory.audit.lines[-1].what == "forget-by-rule"
