"""Roles end by themselves on their day, and an administrator is made by two."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from identity.domain.errors import ProposalUnknownError, RolesOverError, SecondAdministratorNeededError
from identity.domain.guardian import Guardian
from identity.domain.proposal import PROPOSAL_LIMIT, StaffProposal
from identity.domain.roles import NOWHERE, Reach, StaffGrant
from identity.usecases.decide_staff_roles import decide_staff_roles
from identity.usecases.grant_staff_roles import grant_staff_roles
from identity.usecases.settle_staff_proposal import confirm_staff_proposal, dismiss_staff_proposal
from refettorio_chassis.audit import Actor
from tests.support.identity_memory import Memory
from tests.support.identity_scenarios import MARIO, TWIN

TODAY = date(2025, 10, 6)
OPERATOR = Actor(subject="command-line", role="operator")
NEWCOMER = "BNCLRA80A41H501D"


def acting(guardian: Guardian) -> Actor:
    return Actor(subject=guardian.guardian_id, role="administrator")


async def town() -> Memory:
    """Two administrators, made from the command line."""
    memory = Memory()
    for each in (MARIO, TWIN):
        await memory.people.keep_guardian(each)
        await grant_staff_roles(
            memory.ports, code=each.fiscal_code, roles=["administrator"], reach=NOWHERE, by=OPERATOR
        )
    memory.audit.lines.clear()
    return memory


async def decided(
    memory: Memory,
    *roles: str,
    code: str = NEWCOMER,
    reach: Reach = NOWHERE,
    last_day: date | None = None,
    by: Guardian = MARIO,
) -> StaffGrant | StaffProposal:
    return await decide_staff_roles(memory.ports, code=code, roles=roles, reach=reach, last_day=last_day, by=acting(by))


async def test_a_proposal_gives_the_classes_schools_and_lines_it_named() -> None:
    memory = await town()
    reach = Reach(classes=frozenset({"*"}), schools=frozenset({"primaria"}), lines=frozenset({"verde"}))
    proposal = await decided(memory, "administrator", "canteen", "driver", reach=reach)
    assert isinstance(proposal, StaffProposal)
    grant = await confirm_staff_proposal(memory.ports, staff_id=proposal.staff_id, by=acting(TWIN))
    assert grant.reach == reach
    assert [line.details.get("schools") for line in memory.audit.lines] == [["primaria"], None, ["primaria"]]
    assert [line.details.get("lines") for line in memory.audit.lines] == [["verde"], None, ["verde"]]


async def test_roles_hold_to_the_end_of_their_last_day() -> None:
    grant = await decided(await town(), "office", last_day=TODAY)
    assert isinstance(grant, StaffGrant)
    assert (grant.holds(TODAY), grant.holds(TODAY + timedelta(days=1))) == (True, False)
    assert replace(grant, last_day=None).holds(date(2099, 1, 1))


async def test_a_last_day_that_is_over_is_refused() -> None:
    with pytest.raises(RolesOverError):
        await decided(await town(), "office", last_day=TODAY - timedelta(days=1))


async def test_roles_other_than_the_administrators_are_given_at_once() -> None:
    memory = await town()
    assert isinstance(await decided(memory, "office", "kitchen"), StaffGrant)
    assert memory.proposals.kept == {}
    assert memory.audit.actions == ["roles-granted"]


async def test_an_administrator_is_proposed_by_one_and_confirmed_by_another() -> None:
    memory = await town()
    proposal = await decided(memory, "administrator", last_day=TODAY)
    assert isinstance(proposal, StaffProposal)
    assert await memory.people.grant_of(proposal.fiscal_code) is None
    grant = await confirm_staff_proposal(memory.ports, staff_id=proposal.staff_id, by=acting(TWIN))
    assert (grant.staff_id, grant.roles, grant.last_day) == (proposal.staff_id, frozenset({"administrator"}), TODAY)
    assert memory.audit.actions == ["roles-proposed", "roles-confirmed", "roles-granted"]
    assert [(line.who, line.details.get("proposed_by")) for line in memory.audit.lines[:2]] == [
        ("gua_1", None),
        ("gua_2", "gua_1"),
    ]
    with pytest.raises(ProposalUnknownError):
        await confirm_staff_proposal(memory.ports, staff_id=proposal.staff_id, by=acting(TWIN))


async def test_who_proposed_cannot_confirm() -> None:
    memory = await town()
    proposal = await decided(memory, "administrator")
    with pytest.raises(SecondAdministratorNeededError):
        await confirm_staff_proposal(memory.ports, staff_id=proposal.staff_id, by=acting(MARIO))
    assert await memory.people.grant_of(proposal.fiscal_code) is None


async def test_who_would_stay_administrator_for_longer_cannot_confirm() -> None:
    memory = await town()
    await decided(memory, "administrator", code=TWIN.fiscal_code, last_day=TODAY)
    longer = await decided(memory, "administrator", code=TWIN.fiscal_code)
    assert isinstance(longer, StaffProposal)
    with pytest.raises(SecondAdministratorNeededError):
        await confirm_staff_proposal(memory.ports, staff_id=longer.staff_id, by=acting(TWIN))


async def test_an_administrator_may_be_given_less_without_a_second() -> None:
    memory = await town()
    shorter = await decided(memory, "administrator", "office", code=TWIN.fiscal_code, last_day=TODAY)
    assert isinstance(shorter, StaffGrant)
    assert isinstance(await decided(memory, code=TWIN.fiscal_code), StaffGrant)


async def test_an_administrator_whose_day_is_over_is_made_anew() -> None:
    memory = await town()
    await decided(memory, "administrator", code=TWIN.fiscal_code, last_day=TODAY)
    memory.clock.advance(timedelta(days=1))
    assert isinstance(await decided(memory, "administrator", code=TWIN.fiscal_code), StaffProposal)


async def test_a_proposal_lapses_after_a_week() -> None:
    memory = await town()
    proposal = await decided(memory, "administrator")
    memory.clock.advance(PROPOSAL_LIMIT)
    with pytest.raises(ProposalUnknownError):
        await confirm_staff_proposal(memory.ports, staff_id=proposal.staff_id, by=acting(TWIN))


async def test_nothing_survives_of_an_administrator_who_was_sent_away() -> None:
    memory = await town()
    proposal = await decided(memory, "administrator")
    await decided(memory, code=MARIO.fiscal_code, by=TWIN)
    with pytest.raises(ProposalUnknownError):
        await confirm_staff_proposal(memory.ports, staff_id=proposal.staff_id, by=acting(TWIN))


async def test_a_later_decision_replaces_a_proposal() -> None:
    memory = await town()
    proposal = await decided(memory, "administrator")
    again = await decided(memory, "administrator", "office")
    assert again.staff_id == proposal.staff_id
    await decided(memory, "office")
    assert memory.proposals.kept == {}


async def test_a_proposal_is_dismissed_once_and_stands_in_the_audit() -> None:
    memory = await town()
    proposal = await decided(memory, "administrator")
    await dismiss_staff_proposal(memory.ports, staff_id=proposal.staff_id, by=acting(MARIO))
    assert memory.audit.actions == ["roles-proposed", "roles-dismissed"]
    assert NEWCOMER not in str(memory.audit.lines)
    with pytest.raises(ProposalUnknownError):
        await dismiss_staff_proposal(memory.ports, staff_id=proposal.staff_id, by=acting(MARIO))
