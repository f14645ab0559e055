"""Add a contact: send a code there, and wait for it."""

from __future__ import annotations

from identity.domain.contact import MOST_CONTACTS, address_on
from identity.domain.contact_code import LIFE, ContactCodes, WaitingContact
from identity.domain.errors import ContactKnownError, TooManyContactsError
from identity.usecases.announcements import contact_code_requested
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line


async def request_contact_code(ports: Ports, *, channel: str, address: str, by: Actor) -> WaitingContact:
    """A new code takes the place of the one before, also for another contact.

    Raises `ContactInvalidError`, `ContactKnownError`, `TooManyContactsError`, `CodeTooSoonError`, `TooManyCodesError`.
    """
    now = ports.now()
    proper = address_on(channel, address)
    known = await ports.people.contacts(by.subject)
    if any((contact.channel, contact.address) == (channel, proper) for contact in known):
        raise ContactKnownError("Questo recapito è già tra i tuoi.")
    if len(known) >= MOST_CONTACTS:
        raise TooManyContactsError("Hai già molti recapiti: elimina quelli che non usi più.")
    codes = await ports.contact_codes.of_guardian(by.subject) or ContactCodes(guardian_id=by.subject)
    contact_id = ports.chance.identifier("con")
    code = ports.chance.contact_code()
    waiting = WaitingContact(
        contact_id=contact_id,
        channel=channel,
        address=proper,
        code_hash=fingerprint(f"{contact_id}:{code}"),
        expires_at=now + LIFE,
    )
    codes = codes.sent(waiting, now)
    await ports.contact_codes.keep(codes)
    ports.announce(contact_code_requested(by.subject, waiting, code), sequence=codes.version)
    details = {"contact": contact_id, "channel": channel}
    await ports.audit(audit_line(by, "contact-code-requested", by.subject, at=now, details=details))
    return waiting
