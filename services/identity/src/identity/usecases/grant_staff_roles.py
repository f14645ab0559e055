"""Give a person of the staff their roles."""

from __future__ import annotations

from collections.abc import Iterable

from identity.domain.roles import StaffGrant, granted
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def grant_staff_roles(
    ports: Ports, *, code: str, roles: Iterable[str], classes: Iterable[str], by: Actor
) -> StaffGrant:
    """The person has exactly these roles from their next request on; none takes all of them back.

    The person need not have signed in yet. Raises `FiscalCodeInvalidError`, `RoleUnknownError`, `ClassesMissingError`.
    """
    checked = ports.fiscal_codes.checked(code)
    chosen, reach = granted(roles, classes)
    known = await ports.people.grant_of(checked)
    now = ports.now()
    grant = StaffGrant(
        staff_id=known.staff_id if known else ports.chance.identifier("stf"),
        fiscal_code=checked,
        roles=chosen,
        classes=reach,
        granted_at=now,
        granted_by=by.subject,
    )
    await ports.people.keep_grant(grant)
    details = {"roles": sorted(chosen), "classes": sorted(reach)}
    await ports.audit(audit_line(by, "roles-granted", grant.staff_id, at=now, details=details))
    return grant
