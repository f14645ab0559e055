"""A delegation ends before its day: the guardian takes it back, or the delegate gives it up."""

from __future__ import annotations

from dataclasses import replace

from identity.domain.acting import Capacity
from identity.domain.delegation import Delegation
from identity.domain.errors import DelegationUnknownError
from identity.domain.guardian import Guardian
from identity.usecases.announcements import delegate_revoked
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def revoke_delegation(ports: Ports, *, delegation_id: str, by: Actor) -> Delegation:
    """It opens nothing from the delegate's next request on. Raises `DelegationUnknownError`."""
    delegation = await ports.delegations.delegation(delegation_id)
    guardian = await ports.people.guardian(delegation.guardian_id) if delegation else None
    if delegation is None or guardian is None or not delegation.holds(rome_day(ports.now())):
        raise _unknown()
    if by.subject != delegation.guardian_id:
        by = await _as_delegate(ports, delegation, by)
    return await end_delegation(ports, delegation, guardian, by, is_given_up=by.role == Capacity.DELEGATE)


async def end_delegation(
    ports: Ports, delegation: Delegation, guardian: Guardian, by: Actor, *, is_given_up: bool
) -> Delegation:
    """That `guardian` gave."""
    now = ports.now()
    revoked = delegation.revoked(now)
    await ports.delegations.keep(revoked)
    guardian = guardian.told_once_more()
    await ports.people.keep_guardian(guardian)
    ports.announce(delegate_revoked(revoked, by_delegate=is_given_up), sequence=guardian.version)
    details = {"delegation": delegation.delegation_id}
    await ports.audit(audit_line(by, "delegate-revoked", delegation.guardian_id, at=now, details=details))
    return revoked


async def _as_delegate(ports: Ports, delegation: Delegation, by: Actor) -> Actor:
    person = await ports.people.guardian(by.subject)
    if person is None or person.fiscal_code != delegation.delegate:
        raise _unknown()
    return replace(by, role=Capacity.DELEGATE)


def _unknown() -> DelegationUnknownError:
    return DelegationUnknownError("Questa delega non c'è più: forse è scaduta o è stata revocata.")
