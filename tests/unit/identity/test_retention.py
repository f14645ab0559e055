"""Contacts of who has not signed in for two years go, and the others hear of it; so do delegations long over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from identity.domain.exchange import Answer
from identity.domain.retention import CONTACTS, DELEGATIONS
from identity.usecases.act_for_guardian import act_as_delegate, act_at_counter
from identity.usecases.forget_old_delegations import forget_old_delegations
from identity.usecases.forget_unused_contacts import forget_unused_contacts
from refettorio_chassis.audit import Actor
from refettorio_contracts.identity import ContactRemoved
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import ASKED, DELEGATION, GRANDMOTHER, MAIL, MARIO, OPEN

ONE_SECOND = timedelta(seconds=1)


async def signed_in_on_the_first_day() -> Memory:
    memory = Memory()
    await memory.people.keep_guardian(MARIO)
    await memory.people.keep_contact(MAIL)
    await memory.people.keep_contact(replace(MAIL, contact_id="con_2", address="vecchia@posta.example", removed_at=NOW))
    await memory.exchanges.add(ASKED.answered(Answer(answered_at=NOW, outcome="signed-in", guardian_id="gua_1")), {})
    return memory


async def test_whoever_signed_in_within_the_time_keeps_their_contacts() -> None:
    memory = await signed_in_on_the_first_day()
    memory.clock.advance(CONTACTS.kept_for)
    assert await forget_unused_contacts(memory.ports) == {"contacts": 0}
    assert (len(memory.people.kept_contacts), memory.announced, memory.audit.lines) == (2, [], [])


async def test_after_it_every_contact_goes_is_told_and_leaves_a_line_without_the_address() -> None:
    memory = await signed_in_on_the_first_day()
    memory.clock.advance(CONTACTS.kept_for + ONE_SECOND)
    assert await forget_unused_contacts(memory.ports) == {"contacts": 1}
    assert memory.people.kept_contacts == {}
    told = [(event.contact_id, sequence) for event, sequence in memory.announced if isinstance(event, ContactRemoved)]
    assert told == [("con_1", MARIO.version + 1), ("con_2", MARIO.version + 2)]
    lines = [(line.role, line.what, line.subject) for line in memory.audit.lines]
    assert lines == [("system", "contacts-forgotten", "gua_1"), ("system", "forget-by-rule", "contacts")]
    assert "posta.example" not in str(memory.audit.lines)
    kept = await memory.people.guardian("gua_1")  # the account is theirs, the books find them by it
    assert kept is not None
    assert (kept.fiscal_code, kept.version) == (MARIO.fiscal_code, MARIO.version + 2)


async def test_twice_is_once_and_who_comes_back_in_time_is_left_alone() -> None:
    memory = await signed_in_on_the_first_day()
    memory.clock.advance(CONTACTS.kept_for + ONE_SECOND)
    await forget_unused_contacts(memory.ports)
    assert await forget_unused_contacts(memory.ports) == {"contacts": 0}
    await memory.people.keep_contact(MAIL)
    back = Answer(answered_at=memory.clock.now(), outcome="signed-in", guardian_id="gua_1")
    await memory.exchanges.add(replace(ASKED, exchange_id="exc_2").answered(back), {})
    assert await forget_unused_contacts(memory.ports) == {"contacts": 0}
    assert memory.people.kept_contacts == {"con_1": MAIL}


async def test_who_is_served_at_the_counter_or_by_a_delegate_keeps_their_contacts_as_if_they_signed_in() -> None:
    memory = await signed_in_on_the_first_day()
    await memory.people.keep_guardian(GRANDMOTHER)
    await memory.delegations.keep(replace(DELEGATION, last_day=date(2028, 6, 30)))
    await memory.sessions.open(replace(OPEN, guardian_id=GRANDMOTHER.guardian_id))
    by = {"session": OPEN.reference, "by": Actor(subject=GRANDMOTHER.guardian_id, role="office")}
    memory.clock.advance(timedelta(days=365))
    await act_as_delegate(memory.ports, delegation_id=DELEGATION.delegation_id, **by)  # type: ignore[arg-type]
    memory.clock.advance(CONTACTS.kept_for)
    assert await forget_unused_contacts(memory.ports) == {"contacts": 0}
    await act_at_counter(memory.ports, guardian_id=MARIO.guardian_id, reason="Allo sportello", **by)  # type: ignore[arg-type]
    memory.clock.advance(CONTACTS.kept_for)
    assert await forget_unused_contacts(memory.ports) == {"contacts": 0}
    memory.clock.advance(ONE_SECOND)
    assert await forget_unused_contacts(memory.ports) == {"contacts": 1}


async def test_a_delegation_goes_two_years_after_it_ended_and_leaves_a_line_without_the_fiscal_code() -> None:
    memory = Memory()
    await memory.delegations.keep(DELEGATION.revoked(NOW))
    memory.clock.advance(timedelta(days=60))
    assert await forget_old_delegations(memory.ports) == {"delegations": 0}
    memory.clock.moment = NOW + DELEGATIONS.kept_for
    assert await forget_old_delegations(memory.ports) == {"delegations": 0}
    memory.clock.advance(ONE_SECOND)
    assert await forget_old_delegations(memory.ports) == {"delegations": 1}
    assert await forget_old_delegations(memory.ports) == {"delegations": 0}
    [line] = memory.audit.lines
    told = (line.role, line.what, line.subject, line.details)
    assert told == ("system", "forget-by-rule", "delegations", {"number": "1"})
