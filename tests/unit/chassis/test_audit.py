"""Who acts, and the line that says so."""

from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from refettorio_chassis.audit import Acting, Actor, audit_line
from refettorio_chassis.auth import Caller

CLERK = Acting(who="gua_9", capacity="clerk")
NOON = datetime(2025, 10, 6, 10, 0, tzinfo=UTC)


def test_a_line_says_who_in_which_role_for_whom_and_why() -> None:
    by = Actor(subject="gua_1", role="guardian", acting=CLERK)
    assert by.person == "gua_9"
    line = audit_line(by, "close-account", "acc_1", at=NOON, reason="moved", details={"classes": ["1a"]})
    assert asdict(line) == {
        "who": "gua_1",
        "role": "guardian",
        "acted_by": "gua_9",
        "acted_as": "clerk",
        "what": "close-account",
        "subject": "acc_1",
        "at": NOON,
        "reason": "moved",
        "details": {"classes": ["1a"]},
    }


def test_a_caller_acts_in_the_first_of_the_roles_they_have() -> None:
    caller = Caller(subject="stf_1", roles=frozenset({"guardian", "administrator", "office"}), acting=CLERK)
    assert caller.acting_as("office", "administrator") == Actor(subject="stf_1", role="office", acting=CLERK)
    assert caller.acting_as("canteen", "administrator").role == "administrator"


def test_nobody_acts_in_a_role_they_do_not_have() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        Caller(subject="gua_1", roles=frozenset({"guardian"})).acting_as("office")
