"""No member of the staff sees a person's data without leaving a line."""

from __future__ import annotations

import pytest

from identity.domain.errors import GuardianUnknownError
from identity.usecases.look_up_person import look_up_person
from refettorio_chassis.audit import Actor
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import MARIO

CLERK = Actor(subject="gua_clerk", role="office")


async def test_looking_a_person_up_is_written_down() -> None:
    memory = Memory()
    await memory.people.keep_guardian(MARIO)
    seen = await look_up_person(memory.ports, guardian_id="gua_1", by=CLERK)
    assert seen.guardian == MARIO
    [line] = memory.audit.lines
    assert (line.who, line.role, line.what, line.subject, line.at) == (
        "gua_clerk",
        "office",
        "person-read",
        "gua_1",
        NOW,
    )


async def test_whom_nobody_knows_leaves_no_line() -> None:
    memory = Memory()
    with pytest.raises(GuardianUnknownError):
        await look_up_person(memory.ports, guardian_id="gua_9", by=CLERK)
    assert memory.audit.lines == []
