"""Give a person of the staff their roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from identity.domain.roles import Reach, StaffGrant, granted
from identity.usecases.kept_record import code_in_use
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def grant_staff_roles(
    ports: Ports, *, code: str, roles: Iterable[str], reach: Reach, last_day: date | None = None, by: Actor
) -> StaffGrant:
    """The person has exactly these roles from their next request to the end of `last_day`; none takes all of them back.

    The person need not have signed in yet. What was proposed for them and not confirmed is forgotten: the last decision
    counts. Raises `FiscalCodeInvalidError`, `RoleUnknownError`, `ClassesMissingError`, `RolesOverError`.
    """
    checked = await code_in_use(ports, code)
    now = ports.now()
    chosen = granted(roles, reach, last_day=last_day, today=rome_day(now))
    known = await ports.people.grant_of(checked) or await ports.proposals.of(checked)
    grant = StaffGrant(
        staff_id=known.staff_id if known else ports.chance.identifier("stf"),
        fiscal_code=checked,
        roles=chosen,
        classes=reach.classes,
        schools=reach.schools,
        lines=reach.lines,
        granted_at=now,
        granted_by=by.subject,
        last_day=last_day,
    )
    await ports.people.keep_grant(grant)
    await ports.proposals.drop(checked)
    details = roles_in_words(chosen, reach, last_day)
    await ports.audit(audit_line(by, "roles-granted", grant.staff_id, at=now, details=details))
    return grant


def roles_in_words(roles: Iterable[str], reach: Reach, last_day: date | None) -> dict[str, str | list[str]]:
    """What the audit keeps of roles that are given or proposed."""
    return {
        "roles": sorted(roles),
        "classes": sorted(reach.classes),
        "schools": sorted(reach.schools),
        "lines": sorted(reach.lines),
        "last_day": str(last_day or ""),
    }
