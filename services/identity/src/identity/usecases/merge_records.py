"""The office finds that two records are of one person: one is kept in the place of the other. There is no way back."""

from __future__ import annotations

from dataclasses import replace

from identity.domain.contact import Contact
from identity.domain.errors import RecordShutError, RolesOnBothError, SameRecordError, UnlikeRecordsError
from identity.domain.guardian import Guardian
from identity.domain.people import may_be_same
from identity.domain.roles import ADMINISTRATOR
from identity.usecases.announcements import contact_verified, guardian_merged
from identity.usecases.close_record import end_sessions, record_to_close
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def merge_records(ports: Ports, *, guardian_id: str, into_id: str, reason: str, by: Actor) -> Guardian:
    """The kept record, with the contacts and roles of both; who signs in with either code is the kept one from now on.

    Said twice it is once. Raises `GuardianUnknownError`, `SameRecordError`, `RecordShutError`, `UnlikeRecordsError`,
    `RolesOnBothError`, `OwnRecordError`, `StaffRecordError`.
    """
    if guardian_id == into_id:
        raise SameRecordError("Scegli due schede diverse.")
    left = await record_to_close(ports, guardian_id, by)
    kept = await record_to_close(ports, into_id, by)
    if left.merged_into == into_id:
        return kept
    await _refuse(ports, left, kept, by)
    await _carry_roles(ports, left, kept)
    # Sign-ins before stand under the record that is left: they count for the contacts of both from now on.
    kept = await _carry_contacts(ports, left, kept.served(ports.now()))
    await _carry_erasures(ports, left, kept)
    closed = replace(left.told_once_more(), merged_into=into_id)
    await ports.people.keep_guardian(closed)
    await end_sessions(ports, guardian_id)
    ports.announce(guardian_merged(closed, kept), sequence=closed.version)
    details = {"merged": guardian_id, "kept": into_id}
    for subject in (guardian_id, into_id):
        line = audit_line(by, "person-merged", subject, at=ports.now(), reason=reason, details=details)
        await ports.audit(line)
    return kept


async def _refuse(ports: Ports, left: Guardian, kept: Guardian, by: Actor) -> None:
    if left.is_shut or kept.is_shut:
        raise RecordShutError("Una delle due schede è già chiusa: unita a un'altra, o di una persona deceduta.")
    if may_be_same(left, kept) is not None:
        return
    if by.role != ADMINISTRATOR:
        message = "Nulla dice che siano la stessa persona: due schede così diverse le unisce solo un amministratore."
        raise UnlikeRecordsError(message)
    today = rome_day(ports.now())
    for each in (left, kept):
        grant = await ports.people.grant_of(each.fiscal_code)
        if grant is not None and grant.gives(ADMINISTRATOR, today):
            # An administrator is made by two: one alone must not lead a stranger's code to the role.
            message = "Nulla dice che siano la stessa persona, e una è amministratore: prima va tolto quel ruolo."
            raise UnlikeRecordsError(message)


async def _carry_roles(ports: Ports, left: Guardian, kept: Guardian) -> None:
    """By `record_to_close` this is an administrator's doing wherever roles are in force."""
    going, staying = await ports.people.grant_of(left.fiscal_code), await ports.people.grant_of(kept.fiscal_code)
    if going is None or not going.roles:
        return
    if staying is None:
        await ports.people.keep_grant(replace(going, fiscal_code=kept.fiscal_code))
        return
    if staying.roles:
        raise RolesOnBothError("Entrambe le schede hanno ruoli nel Comune: toglili prima da una delle due.")
    none: frozenset[str] = frozenset()
    await ports.people.keep_grant(replace(going, roles=none, classes=none, schools=none, lines=none))
    await ports.people.keep_grant(replace(going, staff_id=staying.staff_id, fiscal_code=kept.fiscal_code))


async def _carry_contacts(ports: Ports, left: Guardian, kept: Guardian) -> Guardian:
    """What the kept record has already, or its person removed, stays where it is."""
    known = {(each.channel, each.address) for each in await ports.people.every_contact(kept.guardian_id)}
    for contact in await ports.people.contacts(left.guardian_id):
        if (contact.channel, contact.address) not in known:
            kept = await _carry(ports, contact, kept)
    await ports.people.keep_guardian(kept)
    return kept


async def _carry(ports: Ports, contact: Contact, kept: Guardian) -> Guardian:
    carried = replace(contact, guardian_id=kept.guardian_id)
    kept = kept.told_once_more()
    await ports.people.keep_contact(carried)
    ports.announce(contact_verified(carried), sequence=kept.version)
    return kept


async def _carry_erasures(ports: Ports, left: Guardian, kept: Guardian) -> None:
    """The person asked once, whichever record they were then: of two that wait, one is enough."""
    waits = any(each.is_open for each in await ports.erasures.of_guardian(kept.guardian_id))
    for request in await ports.erasures.of_guardian(left.guardian_id):
        own = request.withdrawn(ports.now()) if request.is_open and waits else request
        await ports.erasures.keep(replace(own, guardian_id=kept.guardian_id))
