"""A code was typed: the contact is the guardian's, or one try fewer is left."""

from __future__ import annotations

from dataclasses import dataclass, replace

from identity.domain.contact import ONE_TIME_CODE, Contact
from identity.domain.errors import CodeExpiredError, GuardianUnknownError
from identity.usecases.announcements import contact_verified
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCode:
    """Returned and not raised: the try counts, and what raises leaves no trace."""

    tries_left: int


async def verify_contact(ports: Ports, *, code: str, by: Actor) -> Contact | WrongCode:
    """The right code makes the contact verified, once. Raises `CodeExpiredError` when none is waited for any more."""
    now = ports.now()
    codes = await ports.contact_codes.of_guardian(by.subject)
    if codes is None or codes.waiting is None or not codes.waiting.is_open(now):
        raise CodeExpiredError("Il codice è scaduto o è stato sbagliato troppe volte: chiedine uno nuovo.")
    waiting = codes.waiting
    if fingerprint(f"{waiting.contact_id}:{''.join(code.split())}") != waiting.code_hash:
        tried = waiting.tried_in_vain()
        await ports.contact_codes.keep(codes.with_waiting(tried))
        return WrongCode(tries_left=tried.tries_left)
    await ports.contact_codes.keep(codes.with_waiting(None))
    contact = Contact(
        contact_id=waiting.contact_id,
        guardian_id=by.subject,
        channel=waiting.channel,
        address=waiting.address,
        verified_by=ONE_TIME_CODE,
        verified_at=now,
    )
    return await _kept(ports, contact, by)


async def _kept(ports: Ports, contact: Contact, by: Actor) -> Contact:
    guardian = await ports.people.guardian(by.subject)
    if guardian is None:
        raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
    for known in await ports.people.every_contact(by.subject):
        if (known.channel, known.address) == (contact.channel, contact.address):
            contact = replace(contact, contact_id=known.contact_id)  # removed once, wanted again
    guardian = guardian.told_once_more()
    await ports.people.keep_contact(contact)
    await ports.people.keep_guardian(guardian)
    ports.announce(contact_verified(contact), sequence=guardian.version)
    details = {"contact": contact.contact_id, "channel": contact.channel}
    await ports.audit(audit_line(by, "contact-verified", by.subject, at=contact.verified_at, details=details))
    return contact
