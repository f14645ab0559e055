"""Decide the roles of a person of the staff: at once, or, for an administrator, when another one confirms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from identity.domain.proposal import StaffProposal, wants_second
from identity.domain.roles import Reach, StaffGrant, granted
from identity.usecases.grant_staff_roles import grant_staff_roles, roles_in_words
from identity.usecases.kept_record import code_in_use
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def decide_staff_roles(
    ports: Ports, *, code: str, roles: Iterable[str], reach: Reach, last_day: date | None, by: Actor
) -> StaffGrant | StaffProposal:
    """The grant, or the proposal that waits for another administrator; until then the person keeps what they have.

    Raises `FiscalCodeInvalidError`, `RoleUnknownError`, `ClassesMissingError`, `RolesOverError`.
    """
    checked = await code_in_use(ports, code)
    now = ports.now()
    today = rome_day(now)
    chosen = granted(roles, reach, last_day=last_day, today=today)
    known = await ports.people.grant_of(checked)
    if not wants_second(known, chosen, last_day, today):
        return await grant_staff_roles(ports, code=code, roles=chosen, reach=reach, last_day=last_day, by=by)
    earlier = known or await ports.proposals.of(checked)
    proposal = StaffProposal(
        staff_id=earlier.staff_id if earlier else ports.chance.identifier("stf"),
        fiscal_code=checked,
        roles=chosen,
        classes=reach.classes,
        schools=reach.schools,
        lines=reach.lines,
        last_day=last_day,
        proposed_at=now,
        proposed_by=by.subject,
    )
    await ports.proposals.keep(proposal)
    details = roles_in_words(chosen, reach, last_day)
    await ports.audit(audit_line(by, "roles-proposed", proposal.staff_id, at=now, details=details))
    return proposal
