"""Domain objects as the facts other services read."""

from __future__ import annotations

from identity.domain.contact import Contact
from identity.domain.guardian import Guardian
from refettorio_contracts.identity import ContactVerified, GuardianRegistered, PersonalData


def guardian_registered(guardian: Guardian) -> GuardianRegistered:
    """A guardian signed in for the first time."""
    return GuardianRegistered(
        guardian_id=guardian.guardian_id,
        person=PersonalData(
            fiscal_code=guardian.fiscal_code, given_name=guardian.given_name, family_name=guardian.family_name
        ),
    )


def contact_verified(contact: Contact) -> ContactVerified:
    """A contact belongs to the guardian."""
    return ContactVerified(
        guardian_id=contact.guardian_id,
        contact_id=contact.contact_id,
        channel=contact.channel,
        address=contact.address,
        verified_by=contact.verified_by,
    )
