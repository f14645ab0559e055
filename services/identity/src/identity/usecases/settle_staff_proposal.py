"""Confirm or dismiss what another administrator proposed."""

from __future__ import annotations

from identity.domain.errors import ProposalUnknownError, SecondAdministratorNeededError
from identity.domain.proposal import StaffProposal
from identity.domain.roles import ADMINISTRATOR, Reach, StaffGrant
from identity.usecases.grant_staff_roles import grant_staff_roles
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def confirm_staff_proposal(ports: Ports, *, staff_id: str, by: Actor) -> StaffGrant:
    """Give the roles. Raises `ProposalUnknownError`, `SecondAdministratorNeededError`, `RolesOverError`."""
    proposal = await _waiting(ports, staff_id)
    if not proposal.is_open(ports.now()) or not await _is_administrator(ports, proposal.proposed_by):
        raise _unknown()
    confirming = await ports.people.guardian(by.subject)
    if by.subject == proposal.proposed_by or (confirming and confirming.fiscal_code == proposal.fiscal_code):
        message = "La conferma spetta a un altro amministratore: non a chi ha proposto il ruolo né a chi lo riceve."
        raise SecondAdministratorNeededError(message)
    details = {"proposed_by": proposal.proposed_by}
    await ports.audit(audit_line(by, "roles-confirmed", staff_id, at=ports.now(), details=details))
    return await grant_staff_roles(
        ports,
        code=proposal.fiscal_code,
        roles=proposal.roles,
        reach=Reach(classes=proposal.classes, schools=proposal.schools, lines=proposal.lines),
        last_day=proposal.last_day,
        by=by,
    )


async def dismiss_staff_proposal(ports: Ports, *, staff_id: str, by: Actor) -> None:
    """Forget it: whoever proposed it may, too. Raises `ProposalUnknownError`."""
    proposal = await _waiting(ports, staff_id)
    await ports.proposals.drop(proposal.fiscal_code)
    details = {"proposed_by": proposal.proposed_by}
    await ports.audit(audit_line(by, "roles-dismissed", staff_id, at=ports.now(), details=details))


async def _waiting(ports: Ports, staff_id: str) -> StaffProposal:
    proposal = await ports.proposals.proposal(staff_id)
    if proposal is None:
        raise _unknown()
    return proposal


async def _is_administrator(ports: Ports, guardian_id: str) -> bool:
    """Whether who proposed may still do so: nothing survives of an administrator who was sent away."""
    guardian = await ports.people.guardian(guardian_id)
    grant = await ports.people.grant_of(guardian.fiscal_code) if guardian else None
    return grant is not None and grant.gives(ADMINISTRATOR, rome_day(ports.now()))


def _unknown() -> ProposalUnknownError:
    return ProposalUnknownError("Nessuna proposta attende conferma per questa persona: è già stata decisa o è scaduta.")
