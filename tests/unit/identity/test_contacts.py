"""Contacts a person adds, proves and removes, and the channel they prefer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from identity.domain.contact import EMAIL, MOST_CONTACTS, SMS, Contact
from identity.domain.contact_code import LIFE, MOST_SENT, MOST_TRIES, RESEND_AFTER, SENT_WITHIN
from identity.domain.errors import (
    ChannelUnknownError,
    CodeExpiredError,
    CodeTooSoonError,
    ContactInvalidError,
    ContactKnownError,
    ContactUnknownError,
    GuardianUnknownError,
    TooManyCodesError,
    TooManyContactsError,
)
from identity.domain.session import SessionLimits
from identity.usecases.forget_what_is_over import forget_what_is_over
from identity.usecases.prefer_channel import prefer_channel
from identity.usecases.remove_contact import remove_contact
from identity.usecases.request_contact_code import request_contact_code
from identity.usecases.verify_contact import WrongCode, verify_contact
from refettorio_chassis.audit import Actor
from refettorio_contracts.identity import ChannelPreferred, ContactCodeRequested, ContactRemoved, ContactVerified
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import MARIO

BY = Actor(subject="gua_1", role="guardian")
ADDRESS = "mario@lavoro.example"


async def with_mario() -> Memory:
    memory = Memory()
    await memory.people.keep_guardian(MARIO)
    return memory


async def asked(memory: Memory, address: str = ADDRESS, channel: str = EMAIL) -> str:
    """Ask for a code; returns it, as only the person who reads their mail knows it."""
    await request_contact_code(memory.ports, channel=channel, address=address, by=BY)
    event, _ = memory.announced[-1]
    assert isinstance(event, ContactCodeRequested)
    return event.code


async def verified(memory: Memory, address: str = ADDRESS, channel: str = EMAIL) -> Contact:
    outcome = await verify_contact(memory.ports, code=await asked(memory, address, channel), by=BY)
    assert isinstance(outcome, Contact)
    memory.clock.advance(RESEND_AFTER)
    return outcome


async def test_the_right_code_makes_a_contact_verified_and_tells_it() -> None:
    memory = await with_mario()
    contact = await verified(memory, " 333 1234567", SMS)
    assert (contact.address, contact.verified_by) == ("+393331234567", "one-time-code")
    assert list(await memory.people.contacts("gua_1")) == [contact]
    event, sequence = memory.announced[-1]
    assert isinstance(event, ContactVerified)
    assert (event.contact_id, event.address, sequence) == (contact.contact_id, "+393331234567", 2)
    assert memory.audit.actions == ["contact-code-requested", "contact-verified"]
    assert "333" not in str(memory.audit.lines)


async def test_the_code_is_told_for_its_address_and_kept_nowhere() -> None:
    memory = await with_mario()
    code = await asked(memory)
    (event, sequence), *_ = memory.announced
    assert isinstance(event, ContactCodeRequested)
    assert (event.address, event.expires_at, sequence) == (ADDRESS, NOW + LIFE, 1)
    assert len(code) == 6
    assert code not in str(memory.contact_codes.kept)
    assert code not in str(memory.audit.lines)


async def test_a_code_works_once_with_spaces_or_without() -> None:
    memory = await with_mario()
    code = await asked(memory)
    assert isinstance(await verify_contact(memory.ports, code=f" {code[:3]} {code[3:]} ", by=BY), Contact)
    with pytest.raises(CodeExpiredError):
        await verify_contact(memory.ports, code=code, by=BY)


async def test_five_wrong_tries_use_a_code_up() -> None:
    memory = await with_mario()
    code = await asked(memory)
    left = [await verify_contact(memory.ports, code="none", by=BY) for _ in range(MOST_TRIES)]
    assert left == [WrongCode(tries_left=number) for number in (4, 3, 2, 1, 0)]
    with pytest.raises(CodeExpiredError):
        await verify_contact(memory.ports, code=code, by=BY)


async def test_after_ten_minutes_a_code_is_over() -> None:
    memory = await with_mario()
    code = await asked(memory)
    memory.clock.advance(LIFE)
    with pytest.raises(CodeExpiredError):
        await verify_contact(memory.ports, code=code, by=BY)
    await forget_what_is_over(memory.ports, limits=SessionLimits())
    memory.clock.advance(timedelta(seconds=1))
    await forget_what_is_over(memory.ports, limits=SessionLimits())
    assert memory.contact_codes.kept["gua_1"].waiting is None


async def test_the_code_of_another_person_is_worth_nothing() -> None:
    memory = await with_mario()
    code = await asked(memory)
    with pytest.raises(CodeExpiredError):
        await verify_contact(memory.ports, code=code, by=replace(BY, subject="gua_2"))


async def test_a_new_code_ends_the_one_before() -> None:
    memory = await with_mario()
    first = await asked(memory)
    memory.clock.advance(RESEND_AFTER)
    second = await asked(memory, "altra@posta.example")
    assert isinstance(await verify_contact(memory.ports, code=first, by=BY), WrongCode)
    contact = await verify_contact(memory.ports, code=second, by=BY)
    assert isinstance(contact, Contact)
    assert contact.address == "altra@posta.example"


async def test_codes_are_not_sent_one_after_the_other_and_not_more_than_five_an_hour() -> None:
    memory = await with_mario()
    await asked(memory)
    with pytest.raises(CodeTooSoonError):
        await asked(memory)
    for _ in range(MOST_SENT - 1):
        memory.clock.advance(RESEND_AFTER)
        await asked(memory)
    memory.clock.advance(RESEND_AFTER)
    with pytest.raises(TooManyCodesError):
        await asked(memory)
    memory.clock.advance(SENT_WITHIN)
    await asked(memory)


@pytest.mark.parametrize(("channel", "address"), [(EMAIL, "no"), (SMS, "no"), (SMS, ADDRESS), ("fax", "0612345678")])
async def test_what_is_no_address_gets_no_code(channel: str, address: str) -> None:
    memory = await with_mario()
    with pytest.raises(ContactInvalidError):
        await request_contact_code(memory.ports, channel=channel, address=address, by=BY)
    assert memory.announced == []


async def test_a_contact_one_has_already_and_one_too_many_get_no_code() -> None:
    memory = await with_mario()
    contact = await verified(memory)
    with pytest.raises(ContactKnownError):
        await asked(memory)
    for number in range(1, MOST_CONTACTS):
        await memory.people.keep_contact(
            replace(contact, contact_id=f"con_other_{number}", address=f"{number}@posta.example")
        )
    with pytest.raises(TooManyContactsError):
        await asked(memory, "altra@posta.example")


async def test_a_removed_contact_is_told_and_may_come_back_under_its_name() -> None:
    memory = await with_mario()
    contact = await verified(memory)
    await remove_contact(memory.ports, contact_id=contact.contact_id, by=BY)
    assert list(await memory.people.contacts("gua_1")) == []
    event, sequence = memory.announced[-1]
    assert isinstance(event, ContactRemoved)
    assert (event.contact_id, event.channel, sequence) == (contact.contact_id, "email", 3)
    with pytest.raises(ContactUnknownError):
        await remove_contact(memory.ports, contact_id=contact.contact_id, by=BY)
    again = await verified(memory)
    assert again.contact_id == contact.contact_id
    assert list(await memory.people.contacts("gua_1")) == [again]


async def test_nobody_removes_the_contact_of_another_person() -> None:
    memory = await with_mario()
    contact = await verified(memory)
    with pytest.raises(ContactUnknownError):
        await remove_contact(memory.ports, contact_id=contact.contact_id, by=replace(BY, subject="gua_2"))


async def test_the_channel_preferred_is_told_when_it_changes() -> None:
    memory = await with_mario()
    for channel in ("sms", "sms", None):
        await prefer_channel(memory.ports, channel=channel, by=BY)
    events = [event for event, _ in memory.announced]
    assert [event.channel for event in events if isinstance(event, ChannelPreferred)] == ["sms", None]
    with pytest.raises(ChannelUnknownError):
        await prefer_channel(memory.ports, channel="fax", by=BY)


async def test_who_never_signed_in_has_no_contacts_to_change() -> None:
    memory = Memory()
    with pytest.raises(GuardianUnknownError):
        await prefer_channel(memory.ports, channel="sms", by=BY)
    with pytest.raises(GuardianUnknownError):
        await verify_contact(memory.ports, code=await asked(memory), by=BY)
