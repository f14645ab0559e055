"""The guardian no longer wants to be reached there."""

from __future__ import annotations

from dataclasses import replace

from identity.domain.errors import ContactUnknownError, GuardianUnknownError
from identity.usecases.announcements import contact_removed
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def remove_contact(ports: Ports, *, contact_id: str, by: Actor) -> None:
    """It stays away also when the identity provider states it again. Raises `ContactUnknownError`."""
    now = ports.now()
    found = [each for each in await ports.people.contacts(by.subject) if each.contact_id == contact_id]
    if not found:
        raise ContactUnknownError("Questo recapito non è tra i tuoi: forse è già stato eliminato.")
    guardian = await ports.people.guardian(by.subject)
    if guardian is None:
        raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
    [contact] = found
    guardian = guardian.told_once_more()
    await ports.people.keep_contact(replace(contact, removed_at=now))
    await ports.people.keep_guardian(guardian)
    ports.announce(contact_removed(contact), sequence=guardian.version)
    details = {"contact": contact_id, "channel": contact.channel}
    await ports.audit(audit_line(by, "contact-removed", by.subject, at=now, details=details))
