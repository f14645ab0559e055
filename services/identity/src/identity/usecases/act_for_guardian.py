"""Begin and end acting for a guardian. It is kept in the session, and is over with it."""

from __future__ import annotations

from identity.domain.acting import COUNTER_LIMIT, ActingFor, Capacity
from identity.domain.errors import (
    ActingNotAllowedError,
    DelegationUnknownError,
    GuardianUnknownError,
    SessionUnknownError,
)
from identity.domain.session import Session
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def act_as_delegate(ports: Ports, *, delegation_id: str, session: str, by: Actor) -> ActingFor:
    """In this session `by` acts for who gave them the delegation. Raises `DelegationUnknownError`."""
    now = ports.now()
    person = await ports.people.guardian(by.subject)
    delegation = await ports.delegations.delegation(delegation_id)
    is_theirs = person is not None and delegation is not None and delegation.delegate == person.fiscal_code
    guardian = await ports.people.guardian(delegation.guardian_id) if delegation else None
    is_open = guardian is not None and not guardian.is_shut
    if guardian is None or delegation is None or not is_theirs or not is_open or not delegation.holds(rome_day(now)):
        raise DelegationUnknownError("Questa delega non c'è più: forse è scaduta o è stata revocata.")
    acting = ActingFor(guardian_id=delegation.guardian_id, begun_at=now, delegation_id=delegation_id)
    await _keep(ports, session, by, acting)
    await ports.people.keep_guardian(guardian.served(now))
    as_delegate = Actor(subject=by.subject, role=Capacity.DELEGATE)
    details = {"delegation": delegation_id, "session": session}
    await ports.audit(audit_line(as_delegate, "acting-begun", acting.guardian_id, at=now, details=details))
    return acting


async def act_at_counter(ports: Ports, *, guardian_id: str, reason: str, session: str, by: Actor) -> ActingFor:
    """In this session `by`, of the office, acts for a guardian who is at the counter, for half an hour.

    Raises `GuardianUnknownError`, `ActingNotAllowedError`.
    """
    if guardian_id == by.subject:
        raise ActingNotAllowedError("Per te stesso usa la tua area personale, non lo sportello.")
    guardian = await ports.people.guardian(guardian_id)
    if guardian is None:
        raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
    if guardian.is_shut:
        raise ActingNotAllowedError("Questa scheda è chiusa: per lei non agisce più nessuno.")
    now = ports.now()
    acting = ActingFor(guardian_id=guardian_id, begun_at=now)
    await _keep(ports, session, by, acting)
    await ports.people.keep_guardian(guardian.served(now))
    details = {"until": (now + COUNTER_LIMIT).isoformat(), "session": session}
    await ports.audit(audit_line(by, "acting-begun", guardian_id, at=now, reason=reason, details=details))
    return acting


async def stop_acting(ports: Ports, *, session: str, person: str) -> None:
    """`person` is themselves again in this session; also when acting was over already. Doing it again does nothing."""
    found = await _session(ports, session, person)
    if found.acting is None:
        return
    await ports.sessions.act(found.session_id, None)
    by = Actor(subject=person, role=found.acting.capacity)
    details = {"session": session}
    await ports.audit(audit_line(by, "acting-ended", found.acting.guardian_id, at=ports.now(), details=details))


async def _keep(ports: Ports, reference: str, by: Actor, acting: ActingFor) -> None:
    found = await _session(ports, reference, by.subject)
    await ports.sessions.act(found.session_id, acting)


async def _session(ports: Ports, reference: str, person: str) -> Session:
    for session in await ports.sessions.of_guardian(person):
        if session.reference == reference:
            return session
    raise SessionUnknownError("Questo accesso non c'è più: forse è già stato chiuso.")
