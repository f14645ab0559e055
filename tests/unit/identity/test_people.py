"""The office finds people, and whoever is shown can read that they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from identity.domain.contact import Contact
from identity.domain.errors import FiscalCodeInvalidError, GuardianUnknownError, SearchTooWideError
from identity.domain.fiscal_code import FiscalCode
from identity.domain.people import MOST_FOUND, may_be_same
from identity.usecases.find_people import find_people
from identity.usecases.read_person_record import read_person_record
from refettorio_chassis.audit import Actor
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import MARIO, TWIN

CLERK = Actor(subject="gua_clerk", role="office")
PROVISIONAL = replace(MARIO, guardian_id="gua_3", fiscal_code=FiscalCode("00000000018"), given_name="MARIO")
NAMESAKE = replace(MARIO, guardian_id="gua_4", fiscal_code=FiscalCode("RSSMRA70A01D142O"))


async def memory_with(*guardians: object) -> Memory:
    memory = Memory()
    for guardian in guardians:
        assert isinstance(guardian, type(MARIO))
        await memory.people.keep_guardian(guardian)
    return memory


def lines(memory: Memory) -> list[tuple[str, str, str]]:
    return [(line.what, line.subject, line.who) for line in memory.audit.lines]


async def test_a_person_is_found_by_code_or_name_and_can_read_it() -> None:
    for text in ("rssmra85t10a562s", "rossi", "Mario R"):
        memory = await memory_with(MARIO)
        found = await find_people(memory.ports, text=text, by=CLERK)
        assert (list(found.guardians), found.are_more) == ([MARIO], False)
        assert lines(memory) == [("person-found", "gua_1", "gua_clerk")]


async def test_a_search_in_vain_is_written_down_without_what_was_looked_for() -> None:
    for text in ("RSSMRA85T10A562S", "rossi"):
        memory = await memory_with()
        assert (await find_people(memory.ports, text=text, by=CLERK)).guardians == []
        [line] = memory.audit.lines
        assert (line.what, line.subject, line.reason, line.details) == ("person-found", "nobody", None, {})


async def test_only_so_many_are_shown_and_the_others_leave_no_line() -> None:
    many = [
        replace(MARIO, guardian_id=f"gua_{each:02}", fiscal_code=FiscalCode(f"{each:011}"))
        for each in range(MOST_FOUND + 3)
    ]
    memory = await memory_with(*many)
    found = await find_people(memory.ports, text="rossi", by=CLERK)
    assert (len(found.guardians), found.are_more) == (MOST_FOUND, True)
    assert len(memory.audit.lines) == MOST_FOUND


async def test_too_little_to_look_for_and_wrong_codes_are_refused() -> None:
    memory = await memory_with(MARIO)
    for text in ("ro", "m r", "...", "'"):
        with pytest.raises(SearchTooWideError):
            await find_people(memory.ports, text=text, by=CLERK)
    with pytest.raises(FiscalCodeInvalidError):
        await find_people(memory.ports, text="RSSMRA85T10A562X", by=CLERK)
    assert memory.audit.lines == []


def test_two_records_may_be_one_person() -> None:
    assert may_be_same(MARIO, TWIN) == "omocodia"
    assert may_be_same(MARIO, PROVISIONAL) == may_be_same(PROVISIONAL, MARIO) == "provisional-code"
    assert may_be_same(MARIO, NAMESAKE) is None
    assert may_be_same(MARIO, replace(PROVISIONAL, given_name="Maria")) is None


async def test_a_record_shows_whom_it_may_be_the_same_as_and_each_of_them_can_read_it() -> None:
    memory = await memory_with(MARIO, TWIN, PROVISIONAL, NAMESAKE)
    seen = await read_person_record(memory.ports, guardian_id="gua_1", by=CLERK)
    assert seen.person.guardian == MARIO
    assert {(each.guardian.guardian_id, each.why) for each in seen.likenesses} == {
        ("gua_2", "omocodia"),
        ("gua_3", "provisional-code"),
    }
    assert {line[:2] for line in lines(memory)} == {
        ("person-read", "gua_1"),
        ("person-found", "gua_2"),
        ("person-found", "gua_3"),
    }


async def test_nobodys_record_is_not_read() -> None:
    memory = await memory_with()
    with pytest.raises(GuardianUnknownError):
        await read_person_record(memory.ports, guardian_id="gua_9", by=CLERK)


@pytest.mark.parametrize(
    ("channel", "address", "masked"),
    [("email", "mario@posta.it", "m•••@posta.it"), ("sms", "+393331234567", "+39 ••• 567")],
)
def test_a_masked_contact_can_be_recognised_and_not_used(channel: str, address: str, masked: str) -> None:
    contact = Contact(
        contact_id="con_1", guardian_id="gua_1", channel=channel, address=address, verified_by="x", verified_at=NOW
    )
    assert contact.masked == masked
