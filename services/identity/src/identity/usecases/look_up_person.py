"""A member of the staff looks at the personal data of a guardian, and the guardian can read that they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from identity.domain.contact import Contact
from identity.domain.errors import GuardianUnknownError
from identity.domain.guardian import Guardian
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What was seen."""

    guardian: Guardian
    contacts: Sequence[Contact]


async def look_up_person(ports: Ports, *, guardian_id: str, by: Actor) -> LookedUp:
    """No line, no data: both or neither. Raises `GuardianUnknownError`."""
    guardian = await ports.people.guardian(guardian_id)
    if guardian is None:
        raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
    contacts = await ports.people.contacts(guardian_id)
    await ports.audit(audit_line(by, "person-read", guardian_id, at=ports.now()))
    return LookedUp(guardian=guardian, contacts=contacts)
