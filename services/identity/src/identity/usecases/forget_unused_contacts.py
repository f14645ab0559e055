"""Every night: the contacts of people for whom nobody signed in for so long that they are no longer served."""

from __future__ import annotations

from collections.abc import Mapping

from identity.domain.retention import CONTACTS
from identity.usecases.announcements import contact_removed
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_forgotten, audit_line

BY_RULE = Actor(subject="identity", role="system")


async def forget_unused_contacts(ports: Ports) -> Mapping[str, int]:
    """Nothing is sent there any more, and nothing of them stays: who comes back states them again.

    Names and fiscal code stay, because accounts are theirs: what the books need is found by them. Running it again
    finds nothing. Who is served at the counter, or by a delegate, is here as much as who signs in.
    """
    now = ports.now()
    since = now - CONTACTS.kept_for
    known = await ports.people.with_contacts(unserved_since=since)
    unused = sorted(set(known) - set(await ports.exchanges.signed_in_since(known, since)))
    for guardian_id in unused:
        await forget_contacts(ports, guardian_id, BY_RULE)
    gone = {CONTACTS.name: len(unused)}
    await audit_forgotten(ports.audit, gone, service="identity", at=now)
    return gone


async def forget_contacts(ports: Ports, guardian_id: str, by: Actor) -> None:
    """All of one person, the removed ones too; the others hear of each."""
    guardian = await ports.people.guardian(guardian_id)
    if guardian is None:
        return
    for contact in await ports.people.every_contact(guardian_id):
        guardian = guardian.told_once_more()
        ports.announce(contact_removed(contact), sequence=guardian.version)
    await ports.people.forget_contacts(guardian_id)
    await ports.people.keep_guardian(guardian)
    await ports.audit(audit_line(by, "contacts-forgotten", guardian_id, at=ports.now()))
